"""Mails as entries: mailboxes, single mails, the alerts of services, and mail that is meant to hurt."""

from __future__ import annotations

import email.message
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.model import Document, Dropped, Entry, Request, Response
from mentionwatch.sources.files import FilesSource

DATA = Path(__file__).resolve().parents[1] / "data" / "files"
CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "file:///home/ada/"
FROM = b"From ada@example.com Tue Nov  3 10:00:00 2026\n"


def utc(*parts: int) -> datetime:
    """A time in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


def parse(body: bytes, name: str = "list.mbox") -> Document:
    """Read a mailbox of that name, whole."""
    return FilesSource("mail", (URL + name,)).parse(Response(URL + name, {}, body, NOW))


def read_in_chunks(data: bytes, size: int) -> tuple[list[Entry], list[Dropped]]:
    """Read a mailbox as it is fetched."""
    source = FilesSource("mail", (), format="mbox")
    entries, dropped, waiting = [], [], [Request(URL + "a")]
    for _ in range(10_000):
        if not waiting:
            return entries, dropped
        request = waiting.pop()
        start = int(request.url.partition("#offset=")[2] or 0)
        body = data[start : start + size]
        headers = {"content-range": f"bytes {start}-{start + len(body) - 1}/{len(data)}"}
        document = source.parse(Response(request.url, headers, body, NOW, given=request.given))
        entries += document.entries
        dropped += document.dropped
        waiting += document.following
    raise AssertionError("it never ends")


def shown(entry: Entry) -> dict[str, object]:
    """The fields of an entry that hold something."""
    return {name: value for name, value in vars(entry).items() if value is not None}


def mail(*headers: str, body: str | bytes = "It reboots.") -> bytes:
    """One mail in a mailbox."""
    text = body if isinstance(body, bytes) else body.encode()
    return FROM + "\n".join(headers).encode() + b"\n\n" + text + b"\n\n"


def test_a_mailing_list_is_read_field_by_field():
    """Headers are decoded, what others said stands apart, the signature goes, "From now on" begins no mail."""
    document = parse((DATA / "list.mbox").read_bytes())
    first, second = document.entries
    assert shown(first) == {
        "source": "mail",
        "guid": "1@example.com",
        "kind": "post",
        "url": "https://lists.example.com/1",
        "title": "Acme router läuft nicht",
        "text": "It reboots.\n\nFrom now on I will not buy another.\nFrom what I see, nobody cares.",
        "author": "Adél",
        "community": "Acme users",
        "published": utc(2026, 11, 3, 9),
    }
    assert shown(second) == {
        "source": "mail",
        "guid": "2@example.com",
        "kind": "comment",
        "title": "Re: Acme router",
        "text": "Мой тоже.",
        "quoted": "It reboots.",
        "author": "Bob B.",
        "parent": "1@example.com",
        "published": utc(2026, 11, 3, 10),
    }
    assert document.dropped == (Dropped("mail 3", "it has no subject and no text"),)


def test_alerts_of_google_and_f5bot_are_their_links():
    """Each link of an alert is an entry with its own title, text and address; links of the service are none."""
    recall, second, comment, news, post = parse((DATA / "alerts.mbox").read_bytes()).entries
    assert shown(recall) == {
        "source": "mail",
        "kind": "article",
        "url": "https://news.example/acme-recall?id=7",
        "title": "Acme recalls routers",
        "text": "The News\n\nTen thousand Acme routers overheat ...",
        "published": utc(2026, 11, 3, 9),
    }
    assert (second.url, second.title, second.text) == ("https://blog.example/2", "Second", "Blog")
    assert shown(comment) == {
        "source": "mail",
        "kind": "comment",
        "url": "https://www.reddit.com/r/routers/comments/abc/c/x1",
        "title": "Which router?",
        "text": "anything but acme",
        "author": "ada_l",
        "community": "r/routers",
        "published": utc(2026, 11, 3, 10),
    }
    assert (news.url, news.author, news.text) == ("https://news.ycombinator.com/item?id=1", "bob", "acme is fine")
    assert shown(post) == {
        "source": "mail",
        "kind": "post",
        "url": "https://www.reddit.com/r/acme/comments/def/",
        "title": "Acme is down",
        "text": "since this morning",
        "author": "cleo",
        "community": "r/acme",
        "published": utc(2026, 11, 3, 11),
    }


def test_a_single_mail_is_read():
    """A mail on its own needs no line before it, and is known without its suffix."""
    message = email.message.EmailMessage()
    message["From"] = "Ada <ada@example.com>"
    message["Date"] = "Tue, 3 Nov 2026 10:00:00 +0100"
    message["Subject"] = "Größe 🙂"
    message.set_content("Läuft nicht.")
    message.add_alternative("<p>Something else.</p>", subtype="html")
    message.add_attachment("secret", filename="notes.txt")
    for name in ("a.eml", "a"):
        (entry,) = parse(message.as_bytes(), name).entries
        assert (entry.title, entry.text, entry.author) == ("Größe 🙂", "Läuft nicht.", "Ada")
        assert entry.guid.startswith("mail:")


def test_html_alone_becomes_text():
    """A mail without plain text is read from its HTML, with what it quotes apart."""
    html = "<p>Broken &amp; gone</p><div class='gmail_quote'>On Monday Ada wrote: fine</div>"
    (entry,) = parse(mail("Subject: x", "Content-Type: text/html", body=html)).entries
    assert (entry.text, entry.quoted) == ("Broken & gone", "On Monday Ada wrote: fine")


@pytest.mark.parametrize(
    ("header", "author"),
    [
        ("From: Ada Lovelace <ada@example.com>", "Ada Lovelace"),
        ('From: "Lovelace, Ada" <ada@example.com>', "Lovelace, Ada"),
        ("From: ada@example.com", "ada@example.com"),
        ("From: <ada@example.com>", "ada@example.com"),
        ("From: ada at example.com (Ada Lovelace)", "Ada Lovelace"),
        ("From: =?utf-8?Q?Ad=C3=A9l?= =?utf-8?Q?e?= <a@b.example>", "Adéle"),
        ("From: =?x-unknown?Q?Ada?= <a@b.example>", "Ada"),
        ("From: =?idna?B?!!!?= <a@b.example>", "a@b.example"),
        ("From: =?utf-8?B?4oCuZXZpbA==?= <a@b.example>", "evil"),
        ("X-From: nobody", None),
    ],
)
def test_who_wrote_a_mail(header, author):
    """The name where there is one, decoded and made safe."""
    (entry,) = parse(mail(header, "Subject: x")).entries
    assert entry.author == author


@pytest.mark.parametrize(
    ("headers", "community"),
    [
        ("List-Id: Acme users <users.example.com>", "Acme users"),
        ("List-Id: <users.example.com>", "users.example.com"),
        ("List-Id: users", "users"),
        ("X: y", None),
    ],
)
def test_which_list_a_mail_stands_in(headers, community):
    """A list is called by its name, else by its id."""
    assert parse(mail("Subject: x", headers)).entries[0].community == community


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("iso-8859-1", "Größe".encode("latin-1")),
        ("windows-1251", "Привет, мир".encode("cp1251")),
        ("iso-2022-jp", "壊れた".encode("iso-2022-jp")),
        ("no-such-thing", "Größe".encode()),
        ("unicode_escape", "Größe".encode()),
    ],
)
def test_any_encoding_of_a_text_is_read(charset, body):
    """What is declared is used where it is an encoding of texts, and nothing where it is not."""
    (entry,) = parse(mail("Subject: x", f"Content-Type: text/plain; charset={charset}", body=body)).entries
    assert entry.text in {"Größe", "Привет, мир", "壊れた"}


def test_a_mail_without_an_id_keeps_its_identity():
    """Two mails that say different things are two, and one that is read again is the same."""
    data = mail("Subject: x", "From: a@b.example") + mail("Subject: x", "From: c@d.example")
    first, second = parse(data).entries
    assert first.guid != second.guid
    assert parse(mail("Subject: other") + data).entries[1:] == (first, second)


@pytest.mark.parametrize(
    "message",
    [
        mail("Content-Type: multipart/mixed; boundary=b", body="--b\n\nx\n" * 30_000),
        mail("Content-Type: multipart/mixed; boundary=b0", body="".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(3_000))),
        mail("Subject: " + "=?utf-8?Q?a?= " * 30_000),
        mail(*["X: y"] * 50_000),
        mail("Content-Type: text/plain; " + "a*0=x;" * 50_000),
        mail("Content-Type: text/plain; charset*1*=\xff'" + '"' * 1000),
        mail("Content-Type: message/rfc822", body="Content-Type: message/rfc822\n\n" * 500),
        mail("Content-Transfer-Encoding: base64", "Content-Type: text/plain", body="!!!" * 1000),
        mail("Date: " + "1" * 5000, "Message-ID: " + "<" * 5000, "In-Reply-To: <\x00>", "Subject: x"),
        mail("From: googlealerts-noreply@google.com", "Content-Type: text/html", body="<a href='https://www.google.com/url?" * 5_000),
    ],
)  # fmt: skip
def test_hostile_mail_takes_no_time_and_hides_no_other(message):
    """Whatever a mail is, it is read or named, and the one behind it is read."""
    document = parse(message + mail("Subject: last", "Message-ID: <last@example.com>"))
    entries, following = list(document.entries), document.following
    assert len(entries) + len(document.dropped) == 2
    assert entries[-1].guid == "last@example.com"
    assert following == ()


lines = st.sampled_from(
    [
        "It reboots.",
        "",
        "From now on",
        "From ada to bob:",
        ">From here",
        "> quoted",
        "-- ",
        "läuft",
        "From ",
        "Note: x",
        "\r",
    ]
)
bodies = st.lists(st.lists(lines, max_size=8), min_size=1, max_size=10)


@given(bodies, st.integers(1_000, 1_500), st.booleans())
def test_a_mailbox_is_the_same_in_any_chunks(texts, size, windows):
    """Wherever one chunk ends and the next begins, the mails are those of the whole; lines may end in two ways."""
    data = b"".join(
        mail(f"Subject: mail {n}", f"Message-ID: <{n}@x>", body="\n".join(text).rstrip("\r") or "-")
        for n, text in enumerate(texts)
    )
    data = data.replace(b"\n", b"\r\n") if windows else data
    whole = read_in_chunks(data, 10**9)
    assert {e.guid for e in whole[0]} >= {f"{n}@x" for n in range(len(texts))}
    assert read_in_chunks(data, size) == whole


def test_a_mail_larger_than_a_chunk_is_read_from_its_start():
    """An attachment of many megabytes hides neither the text before it nor the mail behind it."""
    large = mail("Subject: large", "Message-ID: <1@x>", body="The text.\n" + "QUJD\n" * 20_000)
    data = large + mail("Subject: next", "Message-ID: <2@x>")
    for size in (5_000, 17_000, 60_000):
        entries, dropped = read_in_chunks(data, size)
        assert [e.guid for e in entries] == ["1@x", "2@x"]
        assert entries[0].text.startswith("The text.")
        assert dropped == []


def test_no_mail_is_lost_behind_one_that_just_fills_a_chunk():
    """The line that begins a mail is found wherever a chunk ends in it."""
    large = mail("Subject: large", "Message-ID: <1@x>", body="QUJD\n" * 2_000)
    data = large + mail("Subject: next", "Message-ID: <2@x>")
    for size in range(len(large) - 5, len(large) + 80):
        assert [e.guid for e in read_in_chunks(data, size)[0]] == ["1@x", "2@x"]


def test_a_second_from_line_is_no_part_of_a_mail():
    """Some mailboxes keep the line of the mailbox before, with a bracket."""
    data = mail("Subject: x", "Message-ID: <1@x>") + b"From b\n>From c\nSubject: y\nMessage-ID: <2@x>\n\nIt reboots.\n"
    assert [(e.guid, e.title) for e in parse(data).entries] == [("1@x", "x"), ("2@x", "y")]


def test_a_large_mailbox_is_read_to_its_end():
    """More mails than one document holds are read in several, each once."""
    data = b"".join(mail(f"Subject: {n}", f"Message-ID: <{n}@x>") for n in range(1_200))
    assert parse(data).following
    assert [e.guid for e in read_in_chunks(data, 10**9)[0]] == [f"{n}@x" for n in range(1_200)]


def test_a_real_mailbox_is_read():
    """An archive of Mailman: its author, whose name stands in a comment, its date, its text without the signature."""
    path = CORPUS / "mbox" / "grimoirelab-perceval__hyperkitty_2016_march.mbox"
    if not path.exists():
        pytest.skip("the corpus is not here")
    (entry,) = parse(path.read_bytes()).entries
    assert entry.guid == "1457025635.7479.7.camel@calcifer.org"
    assert entry.published == utc(2016, 3, 3, 17, 20, 35)
    assert entry.author == "Germán Poo-Caamaño"
    assert entry.title.endswith("any time soon")
    assert entry.text.startswith("Hi,\n\nFor those")
    assert entry.text.endswith("/issues/35")
    assert (entry.kind, entry.parent, entry.url, entry.community, entry.quoted) == ("post", None, None, None, None)
