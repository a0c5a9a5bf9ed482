"""A whole mail: headers, the long text, and the same as HTML."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING

from mentionwatch.deliver.render.html import html_of
from mentionwatch.deliver.render.text import text_of
from mentionwatch.deliver.render.words import headline
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from mentionwatch.deliver.base import Message

_NOT_ID = re.compile(r"[^A-Za-z0-9.-]+")
#: What smtplib, and who keeps mails in mbox files, would make ">From ".
_FROM = re.compile(r"^From ", re.MULTILINE)


class _Headers(EmailPolicy):
    """Begins a header beside its name: Python leaves that line empty where the text fits into one of its own."""

    def fold(self, name: str, value: str) -> str:
        return self._begun(name, super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        # What we write is 7-bit.
        return self._begun(name, super().fold_binary(name, value).decode()).encode()

    def _begun(self, name: str, folded: str) -> str:
        empty = f"{name}:{self.linesep} "
        return f"{name}: {folded[len(empty) :]}" if folded.startswith(empty) else folded


_POLICY = _Headers(linesep="\r\n")


def mail_of(message: Message, *, sender: str, to: str) -> EmailMessage:
    """Write the mail for one recipient.

    The same message makes the same mail, byte for byte: a repeated one has the same Message-ID, by which mail programs
    tell that they have it already.  All mails about one alert refer to one id made of the alert's, so that an incident
    is one thread.

    Args:
        message: What is told.
        sender: An address, with a name or without.
        to: An address.

    Raises:
        ValueError: An address is none.
    """
    domain = _domain(sender)
    mail = EmailMessage(policy=_POLICY)
    mail["Subject"] = headline(message)
    mail["From"] = _header(sender)
    mail["To"] = _header(to)
    mail["Date"] = format_datetime(message.created)
    mail["Message-ID"] = _mail_id(message.id, domain)
    if message.told:
        root = _mail_id(message.told[0].notice.alert.id, domain)
        mail["In-Reply-To"] = root
        mail["References"] = root
    # So that no answering machine answers.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # 7-bit throughout: what a server in between would have to rewrite breaks signatures.
    mail.set_content(text_of(message), charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html_of(message), subtype="html", charset="utf-8", cte="quoted-printable")
    for part in mail.iter_parts():
        # Quoted-printable may write any sign as its code, and so it comes as it was written.
        part.set_payload(_FROM.sub("=46rom ", str(part.get_payload())))
    mail.set_boundary("=_mentionwatch_" + _NOT_ID.sub("", message.id)[:40])
    return mail


def address_of(text: str) -> str:
    """The address alone, of one with a name."""
    return parseaddr(text)[1]


def _header(address: str) -> str:
    if address != one_line(address) or "@" not in address_of(address):
        raise ValueError(f"{one_line(address, 80)!r} is no mail address")
    return address


def _domain(sender: str) -> str:
    return _NOT_ID.sub("", address_of(sender).rpartition("@")[2]) or "localhost"


def _mail_id(known: str, domain: str) -> str:
    return f"<{_NOT_ID.sub('', known)[:64]}@{domain}>"
