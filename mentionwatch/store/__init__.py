"""Store: what was read, kept so that a crash loses nothing."""
