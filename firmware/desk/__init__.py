"""The desk: who waits, and who is rung for him."""
