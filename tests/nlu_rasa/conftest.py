"""What the tests of the Rasa side share. They need nlu/rasa's environment and are skipped in the app's."""

import importlib.util
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RASA_SIDE = PROJECT / "nlu" / "rasa"

if importlib.util.find_spec("rasa") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    sys.path.insert(0, str(RASA_SIDE))
    pytest_plugins = ["tiny"]
    sys.path.insert(0, str(Path(__file__).resolve().parent))
