"""docs/channels.md says what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mentionwatch import parse_config
from mentionwatch.deliver.render.data import json_of, record_of
from mentionwatch.deliver.webhook import WebhookChannel
from mentionwatch.match import compile_query
from mentionwatch.output.record import ALERT_COLUMNS, MENTION_COLUMNS
from mentionwatch.pipeline.places import known_presets
from tests.deliver.sample_messages import ONE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "channels.md").read_text("utf-8")
BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n[[sources]]\nurl = "https://forum.acme.example/posts.rss"\n'


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", blocks("toml"))
def test_each_example_of_a_channel_is_a_configuration(text, monkeypatch, tmp_path):
    """What is shown can be pasted."""
    for name, value in {"SMTP_PASSWORD": "x", "HOOK_SECRET": "x", "SLACK_URL": "slack://a/b/c"}.items():
        monkeypatch.setenv(name, value)
    config = parse_config(BRAND + text, str(tmp_path / "mentionwatch.toml"), compile_query, presets=known_presets())
    assert config.notify


def test_every_kind_of_channel_has_an_example():
    """None is left out."""
    shown = {via for text in blocks("toml") for via in re.findall(r'via = "(\w+)"', text)}
    assert shown == {"email", "webhook", "apprise", "command", "file", "stdout"}


def test_the_shown_json_has_the_keys_of_the_real_one():
    """In their order."""
    (text,) = blocks("json")
    shown = json.loads(text)
    real = record_of(ONE)
    assert list(shown) == list(real)
    assert list(shown["alerts"][0]) == list(real["alerts"][0])
    assert set(ALERT_COLUMNS) < set(shown["alerts"][0])
    assert list(shown["alerts"][0]["mentions"][0]) == list(MENTION_COLUMNS)


def test_the_shown_lines_verify_a_signature():
    """And refuse what was changed."""
    (code,) = blocks("python")
    names = {}
    exec(code, names)
    body = json_of(ONE).encode()
    headers = WebhookChannel("https://x.example", "s", clock=lambda: 1.0)._headers(ONE, body)
    assert names["is_genuine"](headers, body, "s")
    assert not names["is_genuine"](headers, body + b" ", "s")
    assert not names["is_genuine"](headers, body, "other")
