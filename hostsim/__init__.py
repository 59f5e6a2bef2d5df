"""The same box on a PC: chips, hat, town, office."""
