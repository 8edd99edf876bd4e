"""Settings of one installation, from the environment or files. ``docs/operating.md`` lists them all."""

import re
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.messages import GATEWAY, SMS
from bot.setting_files import FileSource

ROOT = Path(__file__).resolve().parent.parent
Tokens = Annotated[tuple[str, ...], NoDecode]
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class Settings(BaseSettings):
    """What an installation sets in its environment or in a file ``.env``; ``X_FILE`` names a file that holds X.

    Making one raises ValidationError for wrong values and ConfigError for files that cannot be read.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    port: int = Field(8000, ge=1, le=65535, description="Port of the web process")
    host: str = Field("127.0.0.1", description="Address that the web process listens on")
    workers: int = Field(1, ge=1, le=64, description="Worker processes that the supervisor starts")
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
    media_hosts: Tokens = Field(
        ("*.twiliocdn.com", "s3-external-1.amazonaws.com/media.twiliocdn.com/"),
        description="Hosts that Twilio may redirect to for a file; comma-separated, as *.host or host/path/",
    )

    export_folder: Path | None = Field(
        None, description="Folder for the nightly export to a data warehouse, without personal data; empty: none"
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
    simulator: Literal["", "on", "off"] = Field(
        "", description="Simulator on loopback; default: on without a Twilio account or gateway"
    )

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

    @field_validator("city_folder", "export_folder", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator(
        "secret_key",
        "twilio_auth_token",
        "gateway_secret",
        "media_hosts",
        "trial_numbers",
        "agency_webhook_secret",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trial_numbers")
    @classmethod
    def _are_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [number for number in value if not PHONE.fullmatch(number)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: no telephone number; write each as +6281234567890.")
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
        return GATEWAY if self.gateway_url else None

    @property
    def is_live(self) -> bool:
        """Whether real citizens are at the other end of something."""
        return self.has_twilio or self.has_gateway

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
