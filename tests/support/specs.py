"""Where the published descriptions lie that are not part of this project."""

import os
from pathlib import Path

from bot.settings import ROOT

_BESIDE = ROOT.parent / "shared" / "specs" / "twilio_messages_openapi.json"
_PATH = Path(os.environ.get("TWILIO_SPECS", _BESIDE))
TWILIO_SPECS = _PATH if _PATH.exists() else None
_GEOREPORT = Path(os.environ.get("GEOREPORT_SPECS", ROOT.parent / "shared" / "specs" / "georeport_v2"))
GEOREPORT_SPECS = _GEOREPORT if _GEOREPORT.is_dir() else None
