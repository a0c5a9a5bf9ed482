"""The channel that mails: by SMTP, or by the system's sendmail."""

from __future__ import annotations

import getpass
import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.deliver.base import LIMITS, Limits
from mentionwatch.deliver.limits import within
from mentionwatch.deliver.programs import run
from mentionwatch.deliver.render.mail import address_of, mail_of
from mentionwatch.deliver.secrets import told_by
from mentionwatch.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from mentionwatch.deliver.base import Message
    from mentionwatch.settings import SmtpSettings

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
#: Where it stands when it is not on the path, as cron's is short.
_SENDMAIL = ("/usr/sbin/sendmail", "/usr/lib/sendmail", "/usr/bin/sendmail")


@dataclass(frozen=True)
class EmailChannel:
    """Mails each message to each address by itself, so that nobody sees who else was told."""

    to: tuple[str, ...]
    #: None: sendmail.
    smtp: SmtpSettings | None = None
    limits: Limits = LIMITS
    #: Whom a server's certificate has to be of; None: whom this system trusts.
    trust: ssl.SSLContext | None = None
    #: The program that takes mail where there is no server; None: found.
    sendmail: str | None = None
    name: str = "email"

    def send(self, message: Message) -> None:
        """Send it to all; where some addresses are refused, the others got it, and a repeat has the same Message-ID."""
        sender = (self.smtp and self.smtp.sender) or _own_address()
        try:
            mails = [(to, mail_of(message, sender=sender, to=to)) for to in self.to]
        except (ValueError, IndexError) as e:
            # IndexError: what email's parser makes of some addresses that are none.
            raise DeliveryError(f"the mail cannot be written: {told_by(str(e))}", permanent=True) from e
        if self.smtp is None:
            self._hand_over(sender, mails)
        else:
            _Server(self.smtp, self.limits, self.trust).send(address_of(sender), mails)

    def _hand_over(self, sender: str, mails: list[tuple[str, EmailMessage]]) -> None:
        from shutil import which

        program = self.sendmail or next(filter(None, map(which, ("sendmail", *_SENDMAIL))), None)
        if program is None:
            advice = "set [smtp] host, or install one (msmtp-mta, postfix)"
            raise DeliveryError("there is no sendmail on this machine", advice=advice, permanent=True)
        for to, mail in mails:
            # -i: a line with a single dot does not end it.
            argv = (program, "-i", "-f", address_of(sender), "--", to)
            given = mail.as_bytes(policy=mail.policy.clone(linesep="\n"))
            run(argv, given, timeout_s=self.limits.total_s, what="sendmail")


def _own_address() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in this container
        user = "mentionwatch"
    return f"{user}@{socket.gethostname() or 'localhost'}"


class _Plain(smtplib.SMTP):
    """One that is known before it connects, so that it can be hung up while it does."""

    def __init__(self, keep: Callable[[smtplib.SMTP], None], host: str, port: int, own: str, timeout: float) -> None:
        keep(self)
        super().__init__(host, port, own, timeout)


class _Encrypted(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(
        self,
        keep: Callable[[smtplib.SMTP], None],
        host: str,
        port: int,
        own: str,
        *,
        timeout: float,
        context: ssl.SSLContext,
    ) -> None:
        keep(self)
        super().__init__(host, port, own, timeout=timeout, context=context)


class _Server:
    """One conversation with the mail server."""

    def __init__(self, settings: SmtpSettings, limits: Limits, trust: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._limits = limits
        self._trust = trust
        self._port = settings.port or _PORTS[settings.security]
        self._server: smtplib.SMTP | None = None
        #: How it is called in messages.
        self._what = f"the mail server {told_by(settings.host, width=100)}:{self._port}"

    def send(self, sender: str, mails: list[tuple[str, EmailMessage]]) -> None:
        """Send each mail to its address.

        Raises:
            DeliveryError: One was not taken; all were tried, where the server still spoke.
        """
        try:
            within(self._limits.total_s, lambda: self._talk(sender, mails), what=self._what, give_up=self._hang_up)
        except smtplib.SMTPException as e:
            raise self._failure(e) from None
        except OSError as e:
            raise self._no_connection(e) from None
        except UnicodeEncodeError:
            # What it says of it is a character of the password.
            reason = f"{self._what} cannot be used: user, password or host holds characters beyond ASCII"
            raise DeliveryError(reason, advice="check [smtp]", permanent=True) from None
        except ValueError as e:
            raise DeliveryError(f"{self._what} cannot be used: {self._told(str(e))}", permanent=True) from None

    def _talk(self, sender: str, mails: list[tuple[str, EmailMessage]]) -> None:
        server = self._connect()
        try:
            if self._settings.user is not None:
                server.login(str(self._settings.user), str(self._settings.password or ""))
            refused: dict[str, tuple[int, bytes]] = {}
            for to, mail in mails:
                refused |= _mail(server, mail, sender, to)
            if refused:
                raise smtplib.SMTPRecipientsRefused(refused)
        finally:
            self._leave(server)

    def _connect(self) -> smtplib.SMTP:
        settings, wait = self._settings, min(self._limits.connect_s, self._limits.total_s)
        # Without it, smtplib asks the resolver for this machine's name, which can take long.
        own = socket.gethostname() if "." in socket.gethostname() else "[127.0.0.1]"
        if settings.security == "none":
            server: smtplib.SMTP = _Plain(self._keep, settings.host, self._port, own, wait)
        else:
            trust = self._trust or ssl.create_default_context()
            if settings.security == "tls":
                server = _Encrypted(self._keep, settings.host, self._port, own, timeout=wait, context=trust)
            else:
                server = _Plain(self._keep, settings.host, self._port, own, wait)
                self._encrypt(server, trust)
        if server.sock is not None:
            server.sock.settimeout(self._limits.total_s)
        return server

    def _encrypt(self, server: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        try:
            server.starttls(context=trust)
        except BaseException:
            server.close()
            raise

    @staticmethod
    def _leave(server: smtplib.SMTP) -> None:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            # It has taken what it has taken.
            server.close()

    def _keep(self, server: smtplib.SMTP) -> None:
        self._server = server

    def _hang_up(self) -> None:
        sock = self._server.sock if self._server is not None else None
        if sock is not None:
            _quietly(lambda: sock.shutdown(socket.SHUT_RDWR))

    # --- in words ----------------------------------------------------------------------------------------

    def _told(self, said: str | bytes) -> str:
        user, password = str(self._settings.user or ""), str(self._settings.password or "")
        # As they are sent, in case the server says what it was told.
        sent = (f"\0{user}\0{password}", f"{user}\0{user}\0{password}", user, password)
        return told_by(
            said, (password, user, *(b64encode(text.encode()).decode() for text in sent if text.strip("\0")))
        )

    def _failure(self, e: smtplib.SMTPException) -> DeliveryError:
        if isinstance(e, smtplib.SMTPRecipientsRefused):
            return self._refused(e.recipients)
        if isinstance(e, smtplib.SMTPNotSupportedError):
            told = self._told(str(e)).rstrip(".")
            # The first of what smtplib says of a login: "SMTP AUTH extension not supported by server."
            keys = "security, or leave user and password out" if "AUTH" in told else "security"
            return DeliveryError(f"{self._what} cannot do it: {told}", advice=f"check [smtp] {keys}", permanent=True)
        if isinstance(e, smtplib.SMTPServerDisconnected):
            # smtplib says the same of a server that is silent.
            did = "does not answer in time" if isinstance(e.__context__, TimeoutError) else "hung up"
            return DeliveryError(f"{self._what} {did}")
        if isinstance(e, smtplib.SMTPResponseException):
            return self._answered(e)
        return DeliveryError(f"{self._what} failed: {self._told(str(e))}")

    def _answered(self, e: smtplib.SMTPResponseException) -> DeliveryError:
        what, advice = "does not take the mail", ""
        if isinstance(e, smtplib.SMTPAuthenticationError):
            what, advice = "does not take user and password", "check [smtp] user and password"
        elif isinstance(e, smtplib.SMTPSenderRefused):
            what, advice = "does not take the sender", "check [smtp] from"
        said, permanent = self._told(e.smtp_error), 500 <= e.smtp_code < 600
        return DeliveryError(f'{self._what} {what} ({e.smtp_code} "{said}")', advice=advice, permanent=permanent)

    def _refused(self, recipients: dict[str, tuple[int, bytes]]) -> DeliveryError:
        told = ", ".join(
            f'{told_by(to, width=100)} ({code} "{self._told(said)}")' for to, (code, said) in recipients.items()
        )
        permanent = all(500 <= code < 600 for code, _ in recipients.values())
        return DeliveryError(
            f"{self._what} refuses {told}", advice="check to" if permanent else "", permanent=permanent
        )

    def _no_connection(self, e: OSError) -> DeliveryError:
        if isinstance(e, ssl.SSLCertVerificationError):
            reason = f"the certificate of {self._what.removeprefix('the ')} is not trusted: {e.verify_message}"
            return DeliveryError(
                reason, advice="check [smtp] host, or name its authority in SSL_CERT_FILE", permanent=True
            )
        if isinstance(e, ssl.SSLError):
            reason = f"{self._what} and this machine find no encryption: {self._told(e.reason or str(e))}"
            return DeliveryError(reason, advice="check [smtp] security and port")
        if isinstance(e, socket.gaierror):
            return DeliveryError(f"{self._what} is not known", advice="check [smtp] host, and the network")
        if isinstance(e, TimeoutError):
            return DeliveryError(f"{self._what} does not answer in time")
        return DeliveryError(f"{self._what} cannot be reached: {e.strerror or self._told(str(e))}")


def _mail(server: smtplib.SMTP, mail: EmailMessage, sender: str, to: str) -> dict[str, tuple[int, bytes]]:
    """Send a mail; what the server says where it refuses the address, so that the others can still be tried."""
    try:
        return server.send_message(mail, sender, [to])
    except smtplib.SMTPRecipientsRefused as e:
        return e.recipients


def _quietly(work: Callable[[], None]) -> None:
    try:
        work()
    except OSError:
        return
