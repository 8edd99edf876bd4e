"""E-mail to agencies over SMTP."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from bot.messages import EMAIL, Channel, Outgoing, SendError, Sent
from bot.settings import Settings
from handlers.channels.provider import Provider

TIMEOUT_S = 15.0


class EmailChannel:
    """Sends through the server at ``url`` (``smtp://`` or ``smtps://``, with user and password where needed)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://host:port or smtps://user:password@host:port.")
        self._secure = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._secure else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: Outgoing) -> Sent:
        """Send as text and HTML. A refusal for now is worth trying again; an address refused for good is not."""
        try:
            with self._connect() as server:
                server.send_message(_mime(message))
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=550)
            raise SendError("final" if code >= 500 else "later", f"smtp_{code}") from None
        except smtplib.SMTPResponseException as error:
            raise SendError("later", f"smtp_{error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendError("later", type(error).__name__) from None
        return Sent(message.message_id)

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """A mail server cannot be asked; e-mails are sent again instead, under the same Message-ID."""
        return None

    def check(self) -> None:
        """Greet the server, log in where a user is named, and leave; OSError or SMTPException when it refuses."""
        with self._connect() as server:
            server.ehlo_or_helo_if_needed()
            code, answer = server.noop()
        if code >= 400:
            raise smtplib.SMTPResponseException(code, answer)

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        if self._user:
            if not self._secure:
                server.starttls(context=ssl.create_default_context())
            server.login(self._user, self._password)
        return server


def _mime(message: Outgoing) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = message.sender or "", message.recipient
    mail["Subject"] = " ".join(message.subject.split())  # a line break of any kind would be refused
    mail["Message-ID"], mail["Date"] = message.message_id, formatdate()
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    return {EMAIL: EmailChannel(settings.smtp_url)} if settings.smtp_url else {}


PROVIDER = Provider("email", _ways_out)
