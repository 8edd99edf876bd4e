"""An installation whose WhatsApp goes through Meta: its settings, and what it put aside."""

from typing import Any

from sqlalchemy import select

from bot.settings import Settings
from handlers.channels.meta_cloud_settings import MetaSettings
from storage.models import Quarantine
from tests.standins import meta_posts as posts
from tests.support.gateway import GatewayWeb
from tests.support.settings import isolated_group, isolated_settings

META = {
    "meta_phone_number_id": posts.NUMBER_ID,
    "meta_number": posts.OUR_NUMBER,
    "meta_token": posts.TOKEN,
    "meta_app_secret": posts.APP_SECRET,
    "meta_verify_token": posts.VERIFY_TOKEN,
}
NO_TWILIO = {"twilio_account_sid": "", "twilio_auth_token": "", "twilio_whatsapp_from": "", "twilio_sms_from": ""}


def meta_settings(**values: Any) -> Settings:
    """Settings with WhatsApp through Meta and without Twilio."""
    return isolated_settings(**(META | NO_TWILIO | values))


def meta_group(**values: Any) -> MetaSettings:
    """Meta's own settings alone."""
    return isolated_group(MetaSettings, **(META | values))


def reasons(web: GatewayWeb) -> list[str]:
    """Why each message was put aside, in order."""
    with web.database.read() as session:
        return list(session.scalars(select(Quarantine.reason).order_by(Quarantine.id)))
