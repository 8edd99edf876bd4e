"""The table of providers: what it makes of settings, and that a new channel needs its module and one entry."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.city.costs import Cost, mistakes
from bot.errors import ConfigError
from bot.messages import (
    CHANNELS,
    EMAIL,
    GATEWAY,
    SIMULATED,
    SMS,
    SUBSCRIBER,
    WEBHOOK,
    WHATSAPP,
    has_phones,
)
from bot.settings import CHANNEL_SETTINGS, Settings
from handlers.channels.meta_cloud import MetaChannel
from handlers.channels.meta_cloud_media import MetaMedia
from handlers.channels.meta_cloud_settings import MetaSettings
from handlers.channels.registry import PROVIDERS, channels, introduce, media_sources, webhooks
from handlers.channels.twilio import TwilioChannel
from handlers.phrase_tables import CHANNELS as SAID
from storage.database import Database
from tests.handlers.channels import toy_channel as toy
from tests.support.gateway import gateway_settings
from tests.support.meta import META, meta_settings
from tests.support.settings import OUR_WHATSAPP, isolated_settings

ALWAYS = {*SIMULATED, EMAIL, WEBHOOK, SUBSCRIBER}


@pytest.fixture
def toy_is_known() -> Iterator[None]:
    introduce([toy.PROVIDER])
    yield
    CHANNELS.pop(toy.NAME)
    CHANNEL_SETTINGS.remove(toy.ToySettings)


def names(settings: Settings) -> set[str]:
    return channels(settings).keys() - ALWAYS


def test_a_demonstration_has_telephones_that_nobody_sends_to() -> None:
    nothing = gateway_settings(gateway_secret="", gateway_from="")
    assert names(nothing) == {WHATSAPP, SMS}
    assert not nothing.is_live


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (isolated_settings(), {WHATSAPP, SMS}),
        (isolated_settings(twilio_whatsapp_from=""), {SMS}),
        (isolated_settings(twilio_auth_token=""), set()),
        (gateway_settings(gateway_url="https://gateway.example"), {GATEWAY}),
        (gateway_settings(simulator="on"), set()),  # it would be as if delivered
        (meta_settings(), {WHATSAPP}),
        (meta_settings(meta_token=""), set()),
        (meta_settings(simulator="on", meta_token=""), set()),
    ],
)
def test_there_is_a_way_out_for_what_is_set_up(settings: Settings, expected: set[str]) -> None:
    assert names(settings) == expected


def test_whatsapp_may_go_through_meta_while_twilio_has_the_sms() -> None:
    both = isolated_settings(**META, twilio_whatsapp_from="")
    found = channels(both)
    assert isinstance(found[WHATSAPP], MetaChannel)
    assert isinstance(found[SMS], TwilioChannel)
    assert (both.sms_line, both.has_whatsapp) == (SMS, True)


def test_two_providers_of_one_channel_are_refused_with_a_sentence() -> None:
    with pytest.raises(ConfigError) as caught:
        channels(isolated_settings(**META, twilio_whatsapp_from=OUR_WHATSAPP))
    assert str(caught.value) == "whatsapp is set up with twilio and with meta; unset one of them."


def test_files_come_from_where_the_channel_goes(sqlite_database: Database) -> None:
    assert isinstance(media_sources(meta_settings(), sqlite_database)[WHATSAPP], MetaMedia)
    assert media_sources(isolated_settings(), sqlite_database).keys() == {*SIMULATED, WHATSAPP, SMS}
    assert media_sources(meta_settings(meta_token=""), sqlite_database).keys() == {*SIMULATED}


@pytest.mark.parametrize(
    "values",
    [
        {"meta_number": "0812"},
        {"meta_phone_number_id": "x"},
        {"meta_account_id": "1 2"},
        {"meta_graph_version": "23"},
    ],
)
def test_settings_that_cannot_be_right_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is no "):
        meta_settings(**values).of(MetaSettings)


def test_a_number_at_meta_must_be_named() -> None:
    with pytest.raises(ConfigError, match=r"META_NUMBER is not set; write our WhatsApp number"):
        channels(meta_settings(meta_number=""))


def test_where_whatsapp_goes_through_meta_citizens_are_real() -> None:
    settings = meta_settings()
    assert (settings.is_live, settings.simulator_enabled, settings.gives_unverified) == (True, False, False)
    assert settings.has_whatsapp
    assert not meta_settings(meta_token="").has_whatsapp


def test_the_settings_of_a_channel_come_from_the_environment_and_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "secrets").write_text("new, old\n")
    monkeypatch.setenv("META_APP_SECRET_FILE", str(tmp_path / "secrets"))
    monkeypatch.setenv("META_NUMBER", "+628001110003")
    monkeypatch.chdir(tmp_path)
    own = Settings().of(MetaSettings)
    assert (own.meta_app_secret, own.meta_number) == (("new", "old"), "+628001110003")


def test_every_setting_of_a_channel_is_described_and_its_own() -> None:
    groups = [provider.settings for provider in PROVIDERS if provider.settings]
    fields = [(name, field) for group in groups for name, field in group.model_fields.items()]
    assert all(field.description for _, field in fields)
    assert not {name for name, _ in fields} & Settings.model_fields.keys()


@pytest.mark.usefixtures("toy_is_known")
def test_a_new_channel_is_known_everywhere_by_its_module_and_one_entry() -> None:
    everybody = (*PROVIDERS, toy.PROVIDER)
    settings = meta_settings(toy_url="https://toy.example", toy_secret="x")
    assert isinstance(channels(settings, everybody)[toy.NAME], toy.ToyChannel)
    assert toy.webhooks in set(webhooks(everybody))
    assert has_phones(toy.NAME)
    assert list(mistakes({toy.NAME: Cost(currency="IDR", sent=350)})) == []
    assert meta_settings(meta_phone_number_id="", toy_url="https://toy.example").is_live


def test_what_nobody_has_made_known_is_unknown() -> None:
    assert not has_phones(toy.NAME)
    [mistake] = mistakes({toy.NAME: Cost(currency="IDR", sent=350)})
    assert mistake.startswith("costs.toy: there is no such channel")
    assert toy.NAME not in SAID
