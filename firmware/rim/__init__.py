"""The rim: the only room that awaits, opens and sleeps."""
