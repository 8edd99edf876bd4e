"""Settings as a test names them, and nothing from the machine that it runs on."""

from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import Group, Settings

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "the token of a test"
OUR_WHATSAPP = "whatsapp:+628001110000"
OUR_SMS = "+628001110001"
PUBLIC_URL = "https://lapor.example"


class IsolatedSettings(Settings):
    """Takes its arguments only, those of channels too: neither environment nor a file ``.env`` is looked at."""

    model_config = SettingsConfigDict(extra="allow")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    def _read(self, group: type[Group]) -> Group:
        return isolated_group(group, **(self.model_extra or {}))


def isolated_group(group: type[Group], **values: Any) -> Group:
    """The settings of one channel, from ``values`` only."""

    class Isolated(group):  # type: ignore[valid-type,misc]
        @classmethod
        def settings_customise_sources(cls, *sources: Any, **named: Any) -> Any:
            return IsolatedSettings.settings_customise_sources(*sources, **named)

    made: Group = Isolated(**{name: value for name, value in values.items() if name in group.model_fields})
    return made


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
