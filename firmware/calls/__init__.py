"""Switching: lines, handsets, calls and the menu, as tables driven by facts."""
