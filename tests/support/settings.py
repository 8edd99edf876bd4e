"""Settings as a test names them, and nothing from the machine that it runs on."""

from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.settings import Settings

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "the token of a test"
OUR_WHATSAPP = "whatsapp:+628001110000"
OUR_SMS = "+628001110001"
PUBLIC_URL = "https://lapor.example"


class IsolatedSettings(Settings):
    """Takes its arguments only: neither the environment nor a file ``.env`` is looked at."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def isolated_settings(**values: Any) -> Settings:
    """Settings of an installation with a Twilio account, with ``values`` in place of the usual ones."""
    usual = {
        "public_url": PUBLIC_URL,
        "secret_key": "test secret",
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_whatsapp_from": OUR_WHATSAPP,
        "twilio_sms_from": OUR_SMS,
        "nlu_url": "http://nlu.example",
    }
    return IsolatedSettings(**(usual | values))
