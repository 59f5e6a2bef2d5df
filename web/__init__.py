"""The pages: a process of its own that can crash without a call noticing."""
