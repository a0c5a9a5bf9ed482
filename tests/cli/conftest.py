"""What the tests of the commands share: an empty home, a server with three sources, and a configuration of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.calling import NOW
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No configuration or store of whoever runs the tests is ever touched."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MENTIONWATCH_CONFIG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def server():
    """A feed, a JSON Feed and a review page."""
    with LoopbackServer() as found:
        found.routes["/feed.xml"] = Answer(
            rss(
                [
                    ("g1", "Acme broke", "The Acme update is terrible.", "ann", NOW - timedelta(hours=2)),
                    ("g2", "Elsewhere", "Nothing of the kind.", "bob", NOW - timedelta(hours=1)),
                    ("g3", "Old", "Acme is wonderful.", "cyd", NOW - timedelta(days=40)),
                ]
            )
        )
        found.routes["/feed.json"] = Answer(json_feed([("j1", "Hi", "acme, is it open on Sunday", "dan", NOW)]))
        found.routes["/reviews"] = Answer(reviews([("eve", 1, "The Acme One broke.", NOW)]))
        yield found


@pytest.fixture
def config(server, home):
    """A configuration of the server's three sources."""
    path = home / "acme.toml"
    sources = "".join(
        f'[[sources]]\nname = "{name}"\nurl = "{server.url(where)}"\n'
        for name, where in (("forum", "/feed.xml"), ("club", "/feed.json"), ("shop", "/reviews"))
    )
    path.write_text(
        f'[store]\nurl = "sqlite:///m.db"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}', encoding="utf-8"
    )
    return path
