"""Apprise: told to a receiver on this machine, and what is said without the extra."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from mentionwatch.deliver import open_channel, split_recipients
from mentionwatch.deliver.base import Limits
from mentionwatch.deliver.render.chat import chat_of, chat_title
from mentionwatch.errors import DeliveryError
from mentionwatch.settings import NotifySettings, Secret
from tests.deliver.mail_servers import RawServer
from tests.deliver.sample_messages import HOSTILE, ONE
from tests.servers import Answer, LoopbackServer

# Some of its many plugins import what Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TOKEN = "tokentoken"
SLOW = Limits(5, 10)


def channel(url, limits=SLOW):
    from mentionwatch.deliver.apprise import AppriseChannel

    return AppriseChannel(url, limits=limits)


@pytest.fixture(scope="module", autouse=True)
def _apprise():
    pytest.importorskip("apprise", reason="the extra notify is not installed")


def refusal(one):
    with pytest.raises(DeliveryError) as found:
        one.send(ONE)
    assert TOKEN not in str(found.value)
    assert TOKEN not in repr(one)
    return found.value


@pytest.mark.parametrize("message", [ONE, HOSTILE])
def test_a_service_gets_the_short_text_as_it_is(message):
    """Title and body, with nothing read into them on the way."""
    with LoopbackServer({f"/{TOKEN}": Answer()}) as server:
        channel(f"json://127.0.0.1:{server.port}/{TOKEN}").send(message)
    (body,) = server.sent
    got = json.loads(body)
    assert got["title"] == chat_title(message)
    assert got["message"] == chat_of(message, title=False)


def test_several_addresses_are_several_recipients():
    """One that fails is tried again by itself: the others are not told twice."""
    with LoopbackServer({"/one": Answer(), "/two": Answer(status=500)}) as server:
        one, two = (f"json://127.0.0.1:{server.port}/{name}" for name in ("one", "two"))
        settings = NotifySettings(via="apprise", name="chat", url=Secret(f"{one},{two}; {one}"))
        found = split_recipients((settings, replace(settings, name="single", url=Secret(one))))
        assert [(each.name, str(each.url)) for each in found] == [("chat:1", one), ("chat:2", two), ("single", one)]
        assert all(isinstance(each.url, Secret) for each in found)
        open_channel(found[0]).send(ONE)
        refusal(open_channel(found[1]))
    assert [path for path, _headers in server.requests] == ["/one", "/two"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_service_that_refuses_is_told_without_its_address(status):
    """A redirect is a refusal too: the address is the secret, and it follows nobody."""
    answer = Answer(status=status, headers={"Location": f"/{TOKEN}/there"} if status == 302 else {})
    with LoopbackServer({f"/{TOKEN}": answer, f"/{TOKEN}/there": Answer()}) as server:
        error = refusal(channel(f"json://127.0.0.1:{server.port}/{TOKEN}"))
    assert "apprise (json) did not take it" in error.reason
    assert len(server.requests) == 1


def test_a_service_that_is_silent_ends_in_time():
    """Apprise's own limits are by service; ours holds for all."""
    with RawServer(lambda _connection, closing: closing.wait(10)) as server:
        error = refusal(channel(f"json://127.0.0.1:{server.port}/{TOKEN}", Limits(0.3, 0.5)))
    assert "longer than 0.5 s" in error.reason or "did not take it" in error.reason


@pytest.mark.parametrize("url", [f"nosuch://{TOKEN}", TOKEN, "", "slack://"])
def test_an_address_that_apprise_does_not_know_is_said_so(url):
    """For good: somebody has to change it."""
    assert refusal(channel(url)).permanent


def test_without_the_extra_it_says_what_to_install():
    """In a process that cannot import it."""
    code = (
        "import sys; sys.modules['apprise'] = None\n"
        "from mentionwatch.deliver.apprise import AppriseChannel\n"
        "from mentionwatch.errors import DeliveryError\n"
        "from tests.deliver.sample_messages import ONE\n"
        "try: AppriseChannel('json://x').send(ONE)\n"
        "except DeliveryError as e: print(e, e.permanent)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "apprise is not installed; install it: pip install 'mentionwatch[notify]' True\n"
