"""The office: what happened, computed from events, never from live calls."""
