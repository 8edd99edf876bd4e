"""The settings of WhatsApp through Meta's Cloud API, and the address of what is asked there."""

import re

from pydantic import Field, field_validator

from bot.messages import WHATSAPP
from bot.settings import ChannelSettings, Tokens

API = "https://graph.facebook.com"
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
ID = re.compile(r"[0-9]{1,32}")
VERSION = re.compile(r"v[1-9][0-9]{0,2}\.[0-9]")


class MetaSettings(ChannelSettings):
    """Of one telephone number at Meta."""

    meta_phone_number_id: str = Field("", description="Meta's id of our WhatsApp number; empty: not through Meta")
    meta_number: str = Field("", description="That number, as +62...")
    meta_account_id: str = Field("", description="Meta's id of our WhatsApp account, for `doctor`")
    meta_token: str = Field("", description="Access token of a system user, for sending and for files")
    meta_app_secret: Tokens = Field((), description="The app's secret; comma-separated while it is changed")
    meta_verify_token: str = Field("", description="What Meta shows when the webhook is entered there")
    meta_graph_version: str = Field("v23.0", description="Version of the Graph API")
    meta_media_hosts: Tokens = Field(
        ("lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net"),
        description="Hosts that Meta may name for a file; comma-separated, as *.host or host/path/",
    )
    meta_api_base: str = Field("", description="Another host for the Graph API, for tests")

    @field_validator("meta_phone_number_id", "meta_account_id")
    @classmethod
    def _is_id(cls, value: str) -> str:
        if value and not ID.fullmatch(value):
            raise ValueError(f"'{value}' is no id of Meta's; copy the digits from the app's page.")
        return value

    @field_validator("meta_number")
    @classmethod
    def _is_number(cls, value: str) -> str:
        if value and not PHONE.fullmatch(value):
            raise ValueError(f"'{value}' is no telephone number; write it as +6281234567890.")
        return value

    @field_validator("meta_graph_version")
    @classmethod
    def _is_version(cls, value: str) -> str:
        if not VERSION.fullmatch(value):
            raise ValueError(f"'{value}' is no version; write it as v23.0.")
        return value

    @property
    def is_live(self) -> bool:
        return bool(self.meta_phone_number_id)

    @property
    def lines(self) -> frozenset[str]:
        return frozenset({WHATSAPP}) if self.can_send else frozenset()

    @property
    def can_send(self) -> bool:
        return self.is_live and bool(self.meta_token)

    @property
    def our_address(self) -> str:
        """As conversations hold it, the same as with Twilio: a city may move from one to the other."""
        return f"whatsapp:{self.meta_number}"

    @property
    def base(self) -> str:
        """Of every address at the Graph API."""
        return f"{(self.meta_api_base or API).rstrip('/')}/{self.meta_graph_version}"
