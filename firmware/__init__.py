"""The box without any hardware."""
