"""Settings of one installation, from the environment or files. ``docs/operating.md`` lists them all."""

import re
from abc import ABC, abstractmethod
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.accounts.roles import ROLES
from bot.messages import CHANNELS, GATEWAY, SMS, WHATSAPP
from bot.setting_files import FileSource

ROOT = Path(__file__).resolve().parent.parent
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


# Written with commas between them, newest first where they are secrets.
Tokens = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class FromEnvironment(BaseSettings):
    """What an installation sets in its environment or in a file ``.env``; ``X_FILE`` names a file that holds X.

    Making one raises ValidationError for wrong values and ConfigError for files that cannot be read.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = FileSource(settings_cls, dotenv_settings, env_settings)
        return init_settings, files, env_settings, dotenv_settings


class ChannelSettings(FromEnvironment, ABC):
    """The settings of one channel, beside its code; :meth:`Settings.of` reads them."""

    @property
    @abstractmethod
    def is_live(self) -> bool:
        """Whether real citizens are at the other end."""

    @property
    def lines(self) -> frozenset[str]:
        """The channels by which any telephone number can be written to with these settings."""
        return frozenset()


Group = TypeVar("Group", bound=ChannelSettings)
# Those of the channels that this installation knows; the registry of channels puts them here.
CHANNEL_SETTINGS: list[type[ChannelSettings]] = []


class Settings(FromEnvironment):
    """The settings of everything but the channels that have settings of their own."""

    port: int = Field(8000, ge=1, le=65535, description="Port of the web process")
    host: str = Field("127.0.0.1", description="Address that the web process listens on")
    workers: int = Field(1, ge=1, le=64, description="Worker processes that the supervisor starts")
    worker_nice: int = Field(10, ge=0, le=19, description="How far these stand back behind the web processes")
    database_url: str = Field("sqlite:///var/suarakota.db", description="SQLite file or PostgreSQL database")
    public_url: str = Field("", description="Address under which Twilio and agencies reach the web process")
    city_folder: Path | None = Field(None, description="Folder of another city than the project's sample city")
    config_file: Path = Field(
        default_factory=lambda set_so_far: (set_so_far.get("city_folder") or ROOT) / "config.yml",
        description="The city's configuration",
    )
    secret_key: Tokens = Field((), description="Secret for encryption and sessions; comma-separated, newest first")

    twilio_account_sid: str = Field("", description="Twilio account")
    twilio_auth_token: Tokens = Field((), description="Auth token; comma-separated while rotating, newest first")
    twilio_whatsapp_from: str = Field("", description="WhatsApp sender, as whatsapp:+62...")
    twilio_sms_from: str = Field("", description="SMS sender, as +62...")
    twilio_api_base: str = Field("", description="Another host for the Twilio client, for tests")

    reconcile_every_min: int = Field(
        10, ge=1, le=1440, description="Minutes between two looks for messages that the webhook never got"
    )
    copies_kept_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="Days until Twilio's copies are deleted; 0: only those of erased citizens are",
    )

    gateway_url: str = Field("", description="Where an SMS gateway takes our messages; empty: there is none")
    gateway_secret: Tokens = Field((), description="Secret shared with it; comma-separated, newest first")
    gateway_token: str = Field("", description="Bearer token for sending; empty: we sign with the secret")
    gateway_from: str = Field("", description="Our number at the gateway, as +62..., or a short code")
    gateway_repeatable: Literal["no", "yes"] = Field(
        "no", description="It sends what has the same id once only, so it may be asked again when in doubt"
    )
    gateway_lookup_url: str = Field("", description="Where it tells of a message; {id} stands for ours")

    media_folder: Path = Field(Path("var/media"), description="Folder for photos and files of citizens, encrypted")
    media_bucket: str = Field("", description="Bucket for these files instead of the folder; empty: the folder")
    media_bucket_url: str = Field("", description="Address of its S3-compatible store; empty: Amazon's")
    media_bucket_region: str = Field("", description="Its region; stores other than Amazon's have none")
    media_bucket_prefix: str = Field("", description="What its names begin with, as suarakota/")
    media_bucket_access_key: str = Field("", description="Our key there; empty: the machine's own role")
    media_bucket_secret_key: str = Field("", description="The secret of that key")
    media_bucket_style: Literal["path", "virtual"] = Field(
        "path", description="Whether its name stands in the path or in the host of addresses"
    )
    media_bucket_encryption: Literal["", "AES256", "aws:kms"] = Field(
        "", description="How the store encrypts on top of what we do"
    )
    media_bucket_timeout_s: int = Field(10, ge=1, le=60, description="Seconds until the store is too slow")
    media_hosts: Tokens = Field(
        ("*.twiliocdn.com", "s3-external-1.amazonaws.com/media.twiliocdn.com/"),
        description="Hosts that Twilio may redirect to for a file; comma-separated, as *.host or host/path/",
    )

    export_folder: Path | None = Field(
        None, description="Folder for the nightly export to a data warehouse, without personal data; empty: none"
    )

    erasure_ledger: Path | None = Field(
        None, description="File that names erasures outside the database; default: beside a SQLite file"
    )

    trial_numbers: Tokens = Field(
        (), description="Trial mode: the only numbers that are sent messages, as +62..., comma-separated"
    )
    agency_webhook_secret: Tokens = Field(
        (), description="Signs what is posted to agencies' webhooks; comma-separated, newest first"
    )

    smtp_url: str = Field("", description="smtp://host:port or smtps://user:password@host:port")
    mail_from: str = Field("pengaduan@jakarta.example", description="Sender of e-mails to agencies")
    nlu_url: str = Field("", description="NLU server; empty means that messages are read by people only")
    nlu_live: Path | None = Field(None, description="Folder whose live.json says where the server is now")
    forward_delay_s: int = Field(180, ge=0, le=86_400, description="Seconds before a report goes to its agency")
    unverified_answers: Literal["", "hold", "give"] = Field(
        "", description="Give answers that no person checked? Default: hold where citizens are real, else give"
    )
    map_tiles: str = Field("", description="Map tiles, as https://host/{z}/{x}/{y}.png; empty: maps without them")
    map_attribution: str = Field("", description="Whom the map's corner names, as the tiles' licence asks")
    admin_email: str = Field("", description="First console account")
    admin_password: str = Field("", description="Its password")
    second_factor_for: Tokens = Field((), description="Roles that must set up a second factor; comma-separated")
    metrics_token: Tokens = Field(
        (), description="Bearer token for /metrics; comma-separated while rotating; empty: this machine only"
    )
    security_contact: str = Field(
        "", description="Where weaknesses are reported, as mailto: or https:; served as security.txt"
    )
    simulator: Literal["", "on", "off"] = Field(
        "", description="Simulator on loopback; default: on without a Twilio account or gateway"
    )

    _groups: dict[type[ChannelSettings], ChannelSettings] = PrivateAttr(default_factory=dict)

    def of(self, group: type[Group]) -> Group:
        """The settings of one channel, read once; errors as when Settings are made."""
        found = self._groups.get(group)
        if not isinstance(found, group):
            found = self._groups[group] = self._read(group)
        return found

    def _read(self, group: type[Group]) -> Group:
        return group()

    @field_validator("city_folder", "export_folder", "erasure_ledger", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("trial_numbers")
    @classmethod
    def _are_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [number for number in value if not PHONE.fullmatch(number)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: no telephone number; write each as +6281234567890.")
        return value

    @field_validator("second_factor_for")
    @classmethod
    def _are_roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [role for role in value if role not in ROLES]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: no role; there are {', '.join(ROLES)}.")
        return value

    @property
    def trial(self) -> frozenset[str]:
        """The only numbers that are sent messages, as E.164; empty where everybody is written to."""
        return frozenset(self.trial_numbers)

    @property
    def has_twilio(self) -> bool:
        return bool(self.twilio_account_sid)

    @property
    def has_gateway(self) -> bool:
        return bool(self.gateway_url or self.gateway_secret)

    @property
    def sms_line(self) -> str | None:
        """The channel by which this installation can send an SMS to any number; None where it cannot."""
        if self.has_twilio and self.twilio_sms_from:
            return SMS
        others = (line for line in sorted(self._lines) if CHANNELS[line].is_sms)
        return GATEWAY if self.gateway_url else next(others, None)

    @property
    def has_whatsapp(self) -> bool:
        """Whether this installation can send by WhatsApp."""
        return bool(self.has_twilio and self.twilio_whatsapp_from) or WHATSAPP in self._lines

    @property
    def _lines(self) -> frozenset[str]:
        return frozenset(line for group in CHANNEL_SETTINGS for line in self.of(group).lines)

    @property
    def is_live(self) -> bool:
        """Whether real citizens are at the other end of something."""
        return self.has_twilio or self.has_gateway or any(self.of(group).is_live for group in CHANNEL_SETTINGS)

    @property
    def simulator_enabled(self) -> bool:
        return self.simulator == "on" or (self.simulator == "" and not self.is_live)

    @property
    def clock_can_move(self) -> bool:
        """Never where citizens are written to for real: they would be chased days early."""
        return self.simulator_enabled and not self.is_live

    @property
    def gives_unverified(self) -> bool:
        return self.unverified_answers == "give" or (self.unverified_answers == "" and not self.is_live)

    @property
    def forward_delay(self) -> timedelta:
        return timedelta(seconds=self.forward_delay_s)

    @property
    def reconcile_every(self) -> timedelta:
        return timedelta(minutes=self.reconcile_every_min)

    @property
    def copies_kept(self) -> timedelta | None:
        """How long Twilio keeps a copy of a message; None: for ever, unless its citizen has the data erased."""
        return timedelta(days=self.copies_kept_days) if self.copies_kept_days else None

    @cached_property
    def base_url(self) -> str:
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")
