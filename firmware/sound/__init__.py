"""Ears and voices: everything that computes on samples."""
