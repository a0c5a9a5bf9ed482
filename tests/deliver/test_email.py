"""Mail: real servers, and ones that misbehave."""

from __future__ import annotations

import re
import ssl
import sys
import threading
from base64 import b64encode
from dataclasses import replace

import pytest
import trustme

from mentionwatch.deliver.base import Limits
from mentionwatch.deliver.email import EmailChannel
from mentionwatch.deliver.render.text import text_of
from mentionwatch.errors import DeliveryError
from mentionwatch.settings import Secret, SmtpSettings
from tests.deliver.mail_servers import MailServer, RawServer
from tests.deliver.sample_messages import HOSTILE, ONE

# aiosmtpd does not see that TLS was there from the first byte.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SLOW, QUICK = Limits(5, 10), Limits(0.4, 0.6)
PASSWORD = Secret("correct horse/battery")
TO = "pr@acme.example"


@pytest.fixture(scope="module")
def authority():
    """Who signs the certificates of this module's servers."""
    return trustme.CA()


@pytest.fixture(scope="module")
def shown(authority):
    """What a server shows that is called 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trust(authority):
    """What trusts them."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def settings(server, security="none", **more):
    return SmtpSettings("127.0.0.1", port=server.port, security=security, sender="Watch <watch@acme.example>", **more)


def channel(smtp, *to, limits=SLOW, trust=None):
    return EmailChannel(to or (TO,), smtp, limits=limits, trust=trust)


def refusal(one, message=ONE):
    with pytest.raises(DeliveryError) as found:
        one.send(message)
    assert "\n" not in str(found.value)
    assert PASSWORD not in str(found.value)
    return found.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_sent_encrypted_and_logged_in(security, shown, trust):
    """The server gets the mail, whole, from whom and to whom it should be, behind TLS and a password."""
    with MailServer(tls=shown, implicit=security == "tls", users={"watch": str(PASSWORD)}) as server:
        channel(settings(server, security, user="watch", password=PASSWORD), trust=trust).send(ONE)
    (mail,) = server.mails
    assert (mail.sender, mail.to, mail.encrypted) == ("watch@acme.example", [TO], True)
    assert server.tried == [("watch", str(PASSWORD))]
    assert mail.read["Subject"] == "Nimbus: high alert, 14 negative mentions in 6 h"
    assert "Two weeks for a reply" in mail.read.get_body(("plain",)).get_content()
    assert "Two weeks for a reply" in mail.read.get_body(("html",)).get_content()


def test_mail_is_sent_plainly_where_that_is_wanted():
    """``security = "none"``: for the server on this machine."""
    with MailServer() as server:
        channel(settings(server)).send(ONE)
    assert [(mail.to, mail.encrypted) for mail in server.mails] == [([TO], False)]


def test_each_address_gets_a_mail_of_its_own():
    """Nobody sees who else was told."""
    with MailServer() as server:
        channel(settings(server), TO, "boss@acme.example").send(ONE)
    assert [mail.to for mail in server.mails] == [[TO], ["boss@acme.example"]]
    assert [mail.read["To"] for mail in server.mails] == [TO, "boss@acme.example"]
    assert b"boss@" not in server.mails[0].raw


def test_the_text_arrives_as_it_was_written():
    """A line that begins with "From ", as the period of every alert does, gets no ">" on its way."""
    with MailServer() as server:
        channel(settings(server)).send(ONE)
    text = server.mails[0].read.get_body(("plain",)).get_content()
    assert "\nFrom 20" in text
    assert text.splitlines() == text_of(ONE).splitlines()
    assert not re.search(rb"^>?From ", server.mails[0].raw, re.MULTILINE)


def test_a_repeated_message_is_the_same_mail():
    """By its Message-ID a mail program knows that it has it already."""
    with MailServer() as server:
        for _ in range(2):
            channel(settings(server)).send(ONE)
    first, second = server.mails
    assert first.raw == second.raw
    assert first.read["Message-ID"] == "<g0123456789abcde@acme.example>"


def test_a_stranger_with_a_certificate_is_not_trusted(shown):
    """Nothing is sent to a server whose certificate nobody vouches for; the password least of all."""
    for security in ("starttls", "tls"):
        with MailServer(tls=shown, implicit=security == "tls", users={"watch": str(PASSWORD)}) as server:
            error = refusal(channel(settings(server, security, user="watch", password=PASSWORD)))
        assert "is not trusted" in error.reason
        assert error.permanent
        assert server.mails == server.tried == []


def test_a_certificate_of_another_host_is_not_taken(authority, trust):
    """The name is checked too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    with MailServer(tls=context, implicit=True) as server:
        assert "is not trusted" in refusal(channel(settings(server, "tls"), trust=trust)).reason
    assert server.mails == []


def test_a_server_without_encryption_gets_no_password(trust):
    """Where STARTTLS is wanted and not offered, nothing is sent in the clear."""
    with MailServer() as server:
        error = refusal(channel(settings(server, "starttls", user="watch", password=PASSWORD), trust=trust))
    assert "STARTTLS" in error.reason
    assert "security" in error.advice
    assert error.permanent
    assert server.mails == server.tried == []


def test_a_server_without_logins_is_told_so():
    """It wants no user and password; what it says ends without a full stop in the middle of the sentence."""
    with MailServer() as server:
        error = refusal(channel(settings(server, user="watch", password=PASSWORD)))
    assert "leave user and password out" in error.advice
    assert ".;" not in str(error)
    assert error.permanent
    assert server.mails == []


def test_a_wrong_password_is_told_without_it(shown, trust):
    """What to change is said; the password is not."""
    with MailServer(tls=shown, users={"watch": "another"}) as server:
        error = refusal(channel(settings(server, "starttls", user="watch", password=PASSWORD), trust=trust))
    assert "user and password" in error.advice
    assert error.permanent
    assert server.mails == []


def test_a_password_that_the_server_repeats_is_masked():
    """Some servers say what they got."""

    def talk(connection, closing):
        connection.sendall(b"220 hi\r\n")
        while line := connection.recv(1000):
            answers = {b"EHLO": b"250-hi\r\n250 AUTH PLAIN\r\n", b"QUIT": b"221 bye\r\n"}
            told = b"535 not correct horse/battery, correct%20horse%2Fbattery\r\n"
            connection.sendall(answers.get(line[:4], told))

    with RawServer(talk) as server:
        error = refusal(channel(settings(server, user="watch", password=PASSWORD)))
    assert "535" in error.reason
    assert "horse" not in str(error)


@pytest.mark.parametrize("known", ["PLAIN", "LOGIN", "PLAIN LOGIN"])
def test_what_logs_in_is_masked_as_it_is_sent(known):
    """Some servers repeat a command that they do not know: with user and password in base64."""

    def talk(connection, closing):
        connection.sendall(b"220 mail\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                if line.upper().startswith(b"EHLO"):
                    connection.sendall(f"250-mail\r\n250 AUTH {known}\r\n".encode())
                elif line == b"AUTH LOGIN d2F0Y2htYW4=\r\n":
                    connection.sendall(b"334 UGFzc3dvcmQ6\r\n")
                else:
                    connection.sendall(b"500 unknown: " + line)

    with RawServer(talk) as server:
        error = refusal(channel(settings(server, user="watchman", password=Secret("s3cret-word")), "pr@acme.example"))
    assert "unknown" in error.reason
    for sent in ("s3cret-word", "\0watchman\0s3cret-word", "watchman"):
        assert b64encode(sent.encode()).decode() not in str(error)


def test_a_password_that_cannot_be_sent_is_not_quoted():
    """Mail servers take ASCII; which character is none is nobody's business."""

    def talk(connection, closing):
        connection.sendall(b"220 mail\r\n")
        while line := connection.recv(1000):
            connection.sendall(b"250-mail\r\n250 AUTH PLAIN\r\n" if line[:4] == b"ehlo" else b"535 no\r\n")

    with RawServer(talk) as server:
        smtp = settings(server, user="watch", password=Secret("s3crét"))
        told = str(refusal(channel(smtp, "pr@acme.example")))
    assert "beyond ASCII" in told
    assert "xe9" not in told
    assert "é" not in told


def test_a_refused_address_is_named_and_the_others_are_told():
    """550 is for good, 450 for now."""
    refuse = {"gone@acme.example": "550 no such user", "busy@acme.example": "450 come back later"}
    with MailServer(refuse=refuse) as server:
        gone = refusal(channel(settings(server), "gone@acme.example", TO))
        assert [mail.to for mail in server.mails] == [[TO]]
        busy = refusal(channel(settings(server), "busy@acme.example"))
    assert "gone@acme.example (550" in gone.reason
    assert (gone.permanent, busy.permanent) == (True, False)


@pytest.mark.parametrize(("answer", "permanent"), [("451 try again", False), ("554 looks like spam", True)])
def test_a_refused_mail_is_no_told_mail(answer, permanent):
    """What comes after DATA counts."""
    with MailServer(data=answer) as server:
        error = refusal(channel(settings(server)))
    assert answer[:3] in error.reason
    assert error.permanent is permanent


def _until_data(connection, closing):
    connection.sendall(b"220 hi\r\n")
    said = b""
    while b"\r\n.\r\n" not in said:
        piece = connection.recv(65536)
        if not piece:
            return
        said = piece if said.endswith(b"\n") and b"Subject" not in said else said + piece
        if said.endswith(b"\r\n") and b"Subject" not in said:
            connection.sendall(b"354 go on\r\n" if said.lower().startswith(b"data") else b"250 OK\r\n")
            said = b"" if not said.lower().startswith(b"data") else b"Subject"


def _hangs_up_after_data(connection, closing):
    _until_data(connection, closing)


def _silent_after_data(connection, closing):
    _until_data(connection, closing)
    closing.wait(10)


def _silent(connection, closing):
    closing.wait(10)


def _drips(connection, closing):
    while not closing.wait(0.02):
        connection.sendall(b"2")


def _hangs_up(connection, closing):
    return


def _talks_nonsense(connection, closing):
    connection.sendall(b"\x00\xff what\r\n" * 3)
    closing.wait(10)


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (_hangs_up_after_data, "hung up"),
        (_silent_after_data, "in time|longer than"),
        (_silent, "in time|longer than"),
        (_drips, "longer than"),
        (_hangs_up, "hung up|reached"),
        (_talks_nonsense, "."),
    ],
)
@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_server_that_misbehaves_is_a_delivery_error_in_time(talk, expected, security):
    """Whatever it does, the poll goes on: what was not confirmed counts as not told."""
    with RawServer(talk) as server:
        error = refusal(channel(settings(server, security), limits=QUICK))
    if security == "none":
        assert re.search(expected, error.reason)
    assert not error.permanent


def test_a_conversation_that_was_given_up_is_hung_up():
    """It does not go on behind the back of the poll."""
    with RawServer(_drips) as server:
        refusal(channel(settings(server), limits=QUICK))
        assert "mentionwatch-deliver" not in {thread.name for thread in threading.enumerate()}


def test_a_server_that_has_taken_the_mail_and_hangs_up_has_taken_it():
    """What it does instead of saying goodbye does not matter."""

    def talk(connection, closing):
        _until_data(connection, closing)
        connection.sendall(b"250 taken\r\n")

    with RawServer(talk) as server:
        channel(settings(server)).send(ONE)


def test_nobody_at_the_port_is_said_so():
    """A closed port, and a host that is none."""
    with MailServer() as server:
        pass
    assert "cannot be reached" in refusal(channel(settings(server))).reason
    assert "not known" in refusal(channel(SmtpSettings("no-such-host.invalid", sender=TO))).reason


@pytest.mark.parametrize("to", ["nobody", "a@b.example\r\nBcc: x@evil.example", "", "a@b.example\x00"])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(to):
    """A header ends where its line ends."""
    with MailServer() as server:
        assert refusal(EmailChannel((to,), settings(server))).permanent
    assert server.mails == []


@pytest.mark.parametrize("sender", ["nobody", "W <w@b.example>\r\nBcc: x@evil.example", "w@b.example\nX: y"])
def test_a_sender_that_is_none_is_refused(sender):
    """The same for whom it is from."""
    with MailServer() as server:
        assert refusal(channel(replace(settings(server), sender=sender))).permanent
    assert server.mails == []


def test_what_strangers_write_makes_no_header():
    """Not one recipient or header comes from a title, and the subject is one short line."""
    with MailServer() as server:
        channel(settings(server)).send(HOSTILE)
    (mail,) = server.mails
    assert mail.to == [TO]
    assert mail.read["Bcc"] is None
    assert len(mail.read["Subject"]) <= 78
    assert {name.lower() for name in mail.read} == {
        "subject", "from", "to", "date", "message-id", "in-reply-to", "references", "auto-submitted",
        "x-auto-response-suppress", "mime-version", "content-type",
    }  # fmt: skip
    assert all(len(line) < 999 and line.isascii() for line in mail.raw.splitlines())


# --- sendmail ---------------------------------------------------------------------------------------------


def fake_sendmail(folder, body):
    """A program in the place of sendmail."""
    path = folder / "sendmail"
    path.write_text(f"#!{sys.executable}\nimport sys\nfolder = {str(folder)!r}\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_without_a_server_sendmail_gets_the_mail(tmp_path):
    """The address is an argument behind ``--``, the mail stands in its input, with line ends of this system."""
    program = fake_sendmail(
        tmp_path,
        "open(folder + '/args', 'w').write('|'.join(sys.argv[1:]))\n"
        "open(folder + '/mail', 'wb').write(sys.stdin.buffer.read())",
    )
    EmailChannel((TO,), None, sendmail=program).send(ONE)
    args = (tmp_path / "args").read_text().split("|")
    assert args[:2] == ["-i", "-f"]
    assert args[3:] == ["--", TO]
    mail = (tmp_path / "mail").read_bytes()
    assert mail.startswith(b"Subject: Nimbus: high alert")
    assert b"\r" not in mail


def test_a_sendmail_that_fails_is_told(tmp_path):
    """Its last words say why."""
    program = fake_sendmail(tmp_path, "sys.stdin.read(); sys.exit('queue is full')")
    assert 'sendmail ended with code 1: "queue is full"' in refusal(EmailChannel((TO,), None, sendmail=program)).reason


def test_a_machine_without_sendmail_is_told_what_to_do(tmp_path):
    """The path that is named is not there."""
    error = refusal(EmailChannel((TO,), None, sendmail=str(tmp_path / "none")))
    assert "cannot be started" in error.reason
    assert error.permanent
