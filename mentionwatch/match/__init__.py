"""Match: which brand a text speaks of, and where."""
