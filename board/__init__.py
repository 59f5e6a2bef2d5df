"""The hat: buses, chip drivers, and the ports that they make."""
