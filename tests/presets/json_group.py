"""The presets that are JSON APIs, and the feeds of the same sites, with what each needs."""

from __future__ import annotations

from mentionwatch.sources.presets import preset
from tests.presets.helpers import DATA, read_by, source_of

UNIT = "46d6a890ffa235a75b00021d"
KEY = "S3cret-key/of 24 letters+"

#: Presets of this group, with what each needs.
NEEDED = {
    "hackernews": {},
    "appstore": {"app": "284882215", "countries": "gb"},
    "steam": {"app": "240"},
    "stackexchange": {},
    "github-issues": {},
    "github-discussions": {"repo": "acme/app"},
    "gdelt": {},
    "trustpilot": {"unit": UNIT, "key": KEY, "domain": "acme.example"},
    "devto": {"tag": "python"},
    "lobsters": {},
    "lobsters-comments": {},
}
JSON = [name for name in NEEDED if preset(name).api is not None]


def made(name: str):
    """Make the source of a preset of the group, with what it needs."""
    return source_of(name, **NEEDED[name])


def answer_of(name: str):
    """Read the hand-made answer of a preset."""
    (file,) = [path for path in DATA.iterdir() if path.stem == name]
    return read_by(made(name), file.read_bytes())
