"""Where a request comes from, as far as that can be known."""

import ipaddress

from flask import Request

UNKNOWN = "unknown"


def network_of(request: Request) -> str:
    """The address of whoever asks.

    Our own proxy stands on this machine or in its network: what it adds last to X-Forwarded-For is true. From
    anybody else that header is a claim, and is not believed.
    """
    peer = request.remote_addr or UNKNOWN
    if not _is_ours(peer):
        return peer
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told or peer


def _is_ours(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
