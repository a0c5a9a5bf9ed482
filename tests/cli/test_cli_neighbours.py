"""Two configurations that poll into one store leave each other's alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mentionwatch.store import Store
from tests.cli.calling import NOW, run
from tests.feeds import reviews
from tests.servers import Answer
from tests.test_outbox import alert


@pytest.fixture
def other(config, home, server):
    """Another configuration of the same store, with a brand and a source of its own."""
    server.routes["/globex"] = Answer(reviews([("ann", 5, "Globex is good.", NOW - timedelta(days=9))]))
    path, url = home / "other.toml", server.url("/globex")
    path.write_text(
        f'[store]\nurl = "sqlite:///m.db"\nkeep = "900d"\n'
        f'[[brands]]\nname = "Globex"\nmatch = ["globex"]\n[[sources]]\nname = "globex"\nurl = "{url}"\n',
        "utf-8",
    )
    assert run("poll", "--config", config).exit_code == 0
    assert run("poll", "--config", path).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        fresh = {"opened": NOW, "updated": NOW, "last_burst": NOW, "last_notice": NOW}
        store.record_alert(alert("a1", brand="Globex", **fresh))
        store.record_alert(alert("s1", brand="globex", kind="source", **fresh))
    return path


def states(config):
    """The state of each alert of the store."""
    return {one["id"]: one["state"] for one in json.loads(run("alerts", "--json", "--config", config).stdout)}


def test_the_alerts_of_another_configuration_stay_open(config, other):
    """A brand and a source that are not ours are not given up ones, and do not count for our exit code."""
    assert run("poll", "--exit-code", "--config", config).exit_code == 0
    assert states(config) == {"a1": "open", "s1": "open"}
    assert run("poll", "--exit-code", "--config", other).exit_code == 5


def test_the_alerts_of_a_configuration_that_is_gone_are_resolved(config, other):
    """Nobody else ever would."""
    other.unlink()
    assert run("poll", "--config", config).exit_code == 0
    assert states(config) == {"a1": "resolved", "s1": "resolved"}


def test_what_another_configuration_keeps_is_kept(config, other):
    """The longest of their times holds for the store that they share; alone, a configuration's own does."""
    config.write_text(config.read_text("utf-8").replace("[store]", '[store]\nkeep = "1d"', 1), "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    assert len(json.loads(run("mentions", "--brand", "Globex", "--json", "--config", other).stdout)) == 1
    other.unlink()
    assert run("poll", "--config", config).exit_code == 0
    assert json.loads(run("mentions", "globex", "--json", "--config", config).stdout) == []
