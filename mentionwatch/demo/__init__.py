"""Demo: three weeks of a coffee machine's life on sample sources, served on this machine, with a firestorm in them."""

from __future__ import annotations

import json

#: Names of the demo's sources and where they stand on its server.
DEMO_SOURCES = (
    ("daily-grounds", "/blog/feed.xml"),
    ("crema-forum", "/forum/feed.atom"),
    ("owners-club", "/community/feed.json"),
    ("kitchen-harbour", "/reviews/nimbus"),
)


def demo_config(base_url: str, store_url: str) -> str:
    """The demo's configuration as TOML.

    Args:
        base_url: Of the demo's server, without a slash at the end.
        store_url: ``sqlite:///FILE``.
    """
    sources = "".join(
        f'\n[[sources]]\nname = {json.dumps(name)}\nurl = {json.dumps(base_url + path)}\nevery = "1h"\n'
        for name, path in DEMO_SOURCES
    )
    return f"""\
# A coffee machine's maker listens to its buyers.
[store]
url = {json.dumps(store_url)}

[[brands]]
name = "Nimbus"
match = ["nimbus"]
exclude = ['"nimbus cloud"']
own_authors = ["nimbus_team"]

[[brands]]
name = "Caldera"
match = ["caldera"]
{sources}"""
