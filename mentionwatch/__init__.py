"""mentionwatch: hears what people say of your brand, and tells you when complaints burst."""

from __future__ import annotations

__version__ = "0.1.0"
