"""``poll --ping``: a service that minds cron jobs is told how each run went, and learns nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from mentionwatch.errors import FetchError
from mentionwatch.fetch.ping import ping_url, send_ping
from mentionwatch.pipeline.ping import ping
from tests.cli.calling import run
from tests.cli.test_cli_poll import HOLDER
from tests.servers import Answer, LoopbackServer

#: As such services give them: who knows the path may speak for the job.
SECRET = "8e1f4c2a-sesame"


@pytest.fixture
def service():
    """Minds jobs."""
    with LoopbackServer({f"/{SECRET}": Answer(b"OK"), f"/{SECRET}/fail": Answer(b"OK")}) as found:
        yield found


def test_a_run_that_went_well_asks_the_url(config, service):
    """Once, after the run, and nothing is printed."""
    result = run("poll", "--config", config, "--ping", service.url(f"/{SECRET}"))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert service.asked() == [f"/{SECRET}"]


def test_what_a_url_has_behind_its_question_mark_stays_behind_it(config, service, server):
    """``/fail`` goes to the path."""
    for path in ("/feed.xml", "/feed.json", "/reviews"):
        server.routes[path] = Answer(status=500)
    assert run("poll", "--config", config, "--ping", service.url(f"/{SECRET}/?rid=7#x")).exit_code == 4
    assert service.asked() == [f"/{SECRET}/fail?rid=7"]


@pytest.mark.parametrize(
    ("code", "path"), [(0, ""), (1, "/fail"), (2, "/fail"), (3, ""), (4, "/fail"), (5, ""), (6, "")]
)
def test_what_is_a_failure(service, code, path):
    """Stopped, misconfigured, or nothing at all could be had: the rest is told by alerts, and the job has run."""
    assert ping(service.url(f"/{SECRET}"), code) is None
    assert service.asked() == [f"/{SECRET}{path}"]


def test_a_source_that_is_down_is_no_failure_of_the_job(config, service, server):
    """3 is told as a success."""
    server.routes["/feed.xml"] = Answer(status=410)
    assert run("poll", "--config", config, "--ping", service.url(f"/{SECRET}")).exit_code == 3
    assert service.asked() == [f"/{SECRET}"]


def test_a_configuration_or_a_store_that_is_broken_is_told(config, service, home):
    """Also what ends the run before it began."""
    (home / "m.db").write_text("my diary", "utf-8")
    assert run("poll", "--config", config, "--ping", service.url(f"/{SECRET}")).exit_code == 1
    config.write_text("[[", "utf-8")
    assert run("poll", "--config", config, "--ping", service.url(f"/{SECRET}")).exit_code == 2
    assert service.asked() == [f"/{SECRET}/fail"] * 2


def test_who_did_nothing_says_nothing(config, service, home):
    """While another run holds the lock, that one tells how it went; if it hangs, its silence is the alarm."""
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home) as other:
        assert other.stdout.readline() == "held\n"
        assert run("poll", "--config", config, "--ping", service.url(f"/{SECRET}")).exit_code == 75
        other.communicate("")
    assert service.asked() == []
    assert run("poll", "--dry-run", "--config", config, "--ping", service.url(f"/{SECRET}")).exit_code == 0
    assert service.asked() == [], "a dry run sends nothing"


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_a_run_that_is_stopped_says_nothing(config, server, service):
    """Whoever stopped it knows."""
    asked = threading.Event()

    def hang(handler):
        asked.set()
        handler.server.loopback.closing.wait(30)

    server.routes["/reviews"] = hang
    command = [sys.executable, "-m", "mentionwatch", "poll", "--config", str(config)]
    command += ["--ping", service.url(f"/{SECRET}")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 143
    assert service.asked() == []


def _refused():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/{SECRET}?token={SECRET}"


def test_a_ping_that_fails_is_a_line_and_nothing_more(config, service):
    """The exit code is the run's; the path and what is in it are in no line, also with -vv."""
    service.routes[f"/{SECRET}"] = Answer(status=500, body=SECRET.encode())
    service.routes["/away"] = Answer(status=302, headers={"Location": f"/{SECRET}"})
    user = service.url(f"/{SECRET}").replace("http://", f"http://me:{SECRET}@")
    for url, why in ((user, "answers HTTP 500"), (service.url("/away"), "leads elsewhere"), (_refused(), "refused")):
        result = run("poll", "-vv", "--config", config, "--ping", url)
        assert result.exit_code == 0
        (line,) = [line for line in result.stderr.splitlines() if "the ping of http://127.0.0.1:" in line]
        assert line.startswith("Error: ")
        assert why in line
        assert SECRET not in result.stderr + result.stdout
        assert "/away" not in result.stderr
        assert "Traceback" not in result.stderr


def test_a_service_that_does_not_answer_is_not_waited_for(service):
    """Its time is bounded, however slowly it answers."""

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        handler.wfile.flush()
        while not handler.server.loopback.closing.wait(0.02):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return

    service.routes[f"/{SECRET}"] = drip
    said = ping(service.url(f"/{SECRET}"), 0, timeout_s=0.2)
    assert said is not None
    assert "0.2 s" in said
    assert SECRET not in said


def test_a_connection_that_breaks_once_is_tried_once_more(service):
    """A ping that is lost is a false alarm in the night; but it is not tried for ever."""
    came = []

    def hang_up(_handler):
        came.append(1)
        return None if len(came) == 1 else Answer(b"OK")

    service.routes[f"/{SECRET}"] = hang_up
    assert ping(service.url(f"/{SECRET}"), 0) is None
    assert len(came) == 2
    service.routes[f"/{SECRET}"] = lambda _handler: came.append(1)
    with pytest.raises(FetchError) as caught:
        send_ping(service.url(f"/{SECRET}"), failed=False, timeout_s=5)
    assert len(came) == 4
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", ["", "hc-ping.com/x", "ftp://x/y", "http://", "http://[/x", "http://x:99999/y", "http://a\nb/"]
)
def test_what_is_no_address_is_wrong_usage(config, wrong):
    """Before anything is polled."""
    with pytest.raises(ValueError, match="write https"):
        ping_url(wrong, failed=False)
    result = run("poll", "--config", config, "--ping", wrong)
    assert result.exit_code == 2
    assert "--ping: it is no address; write https://HOST/PATH" in result.stderr


def test_the_url_may_stand_in_a_variable_or_a_file(config, service, home, monkeypatch):
    """Everybody on a machine reads the arguments of its programs."""
    monkeypatch.setenv("PING", service.url(f"/{SECRET}"))
    (home / "ping.txt").write_text(service.url(f"/{SECRET}") + "\n", "utf-8")
    for reference in ("env:PING", "file:ping.txt"):
        assert run("poll", "--config", config, "--ping", reference).exit_code == 0
    assert service.asked() == [f"/{SECRET}"] * 2
    missing = run("poll", "--config", config, "--ping", "env:NOT_THERE")
    assert missing.exit_code == 2
    assert "NOT_THERE" in missing.stderr
