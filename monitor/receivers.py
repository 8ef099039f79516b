"""The channels: what an admin may write under `receivers`, and what the program makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, SecretStr

from monitor.values import AppriseUrl, MailAddress, MailServer, Secret, SecretWebUrl, Section

Kind = Literal["console", "webhook", "apprise", "mail", "file"]
MACHINES = ("webhook", "file")  # these get one document an alert; people get one message a group


class Console(Section):
    format: Literal["text", "json"] = Field(
        default="text", description="How alerts are printed: text or json."
    )


class Webhook(Section):
    url: SecretWebUrl = Field(description="Where alerts are posted (http or https URL).")
    secret: Secret | None = Field(
        default=None,
        description="Key that signs the requests, whsec_… or any text; left out: unsigned (secret).",
    )
    previous_secret: Secret | None = Field(
        default=None,
        description="The key before this one, signed with as well until the other side has changed over (secret).",
    )


class Mail(Section):
    server: MailServer = Field(
        description="smtp://user:password@host:587 (STARTTLS where offered) or smtps://…:465 (secret)."
    )
    sender: MailAddress = Field(alias="from", description="Address in From (mail address).")
    to: tuple[MailAddress, ...] = Field(min_length=1, description="Who gets it (mail addresses).")


class File(Section):
    path: str = Field(
        min_length=1,
        max_length=1_000,
        description="JSON Lines that other programs may follow, relative to `data_dir` (path).",
    )


class ReceiverSpec(Section):
    """A receiver as the file has it; `Config.receivers` holds them normalised."""

    console: Console | None = Field(default=None, description="Print alerts on standard output.")
    webhook: Webhook | None = Field(default=None, description="Post alerts as signed JSON.")
    apprise: AppriseUrl | None = Field(
        default=None, description="Send alerts through an Apprise URL: Telegram, Slack, Teams, … (secret)."
    )
    mail: Mail | None = Field(default=None, description="Send mail: text and HTML, a thread an incident.")
    file: File | None = Field(default=None, description="Append alerts to a file.")


@dataclass(frozen=True, slots=True)
class Receiver:
    """A channel. `url` is where it lies: webhook, Apprise or mail server."""

    name: str
    kind: Kind
    url: SecretStr | None = None
    secret: SecretStr | None = None
    previous_secret: SecretStr | None = None
    format: Literal["text", "json"] = "text"
    sender: str = ""
    to: tuple[str, ...] = ()
    path: str = ""

    def secrets(self) -> list[str]:
        """What must not show in a log."""
        found = [
            one.get_secret_value() for one in (self.url, self.secret, self.previous_secret) if one is not None
        ]
        if self.kind == "mail" and found and "@" in found[0]:
            found.append(found[0].split("://", 1)[-1].rsplit("@", 1)[0].rpartition(":")[2])
        return found


def receiver(name: str, spec: ReceiverSpec) -> Receiver:
    """The channel that a receiver of the file means; one without a kind is a console."""
    if spec.webhook:
        hook = spec.webhook
        return Receiver(
            name, "webhook", url=hook.url, secret=hook.secret, previous_secret=hook.previous_secret
        )
    if spec.apprise:
        return Receiver(name, "apprise", url=spec.apprise)
    if spec.mail:
        return Receiver(name, "mail", url=spec.mail.server, sender=spec.mail.sender, to=spec.mail.to)
    if spec.file:
        return Receiver(name, "file", path=spec.file.path)
    return Receiver(name, "console", format=(spec.console or Console()).format)
