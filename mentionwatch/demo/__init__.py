"""Demo: sample sources, served on this machine."""
