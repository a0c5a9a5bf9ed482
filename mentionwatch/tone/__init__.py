"""Tone: how a text speaks of a brand."""
