"""Rasa's Twilio connector, sending to another address than api.twilio.com. Nothing else differs."""

from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.core.channels.twilio import TwilioInput


class TwilioAtStandIn(TwilioInput):
    """`rasa.core.channels.twilio`; the credentials have one more line, `api_base`.

    Twilio's client can be told a region and an edge from outside, but no address.
    """

    api_base = ""

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "TwilioAtStandIn":
        """As in Rasa, from credentials.yml."""
        made = super().from_credentials(credentials)
        made.api_base = (credentials or {})["api_base"]
        return made

    def get_output_channel(self) -> OutputChannel:
        """Rasa's own, with the address of its client set."""
        output = super().get_output_channel()
        output.api.base_url = self.api_base
        return output
