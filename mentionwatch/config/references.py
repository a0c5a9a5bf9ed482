"""How a secret is named without being told."""

from __future__ import annotations


def is_reference(value: str) -> bool:
    """Whether a value names a secret instead of being one."""
    return value.startswith(("env:", "file:"))
