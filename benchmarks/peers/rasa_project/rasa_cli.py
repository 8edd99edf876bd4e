"""Rasa's own command line (`rasa train`, `rasa run`), under the settings that our NLU server runs with.

Run by the Python of nlu/rasa/.venv. Without telemetry, logging errors only, one thread a library: what speeds our
server up is given to Rasa too.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "nlu" / "rasa")]

import quiet

quiet.settle_environment()
with quiet.light_imports():
    from rasa.__main__ import main

if __name__ == "__main__":
    main()
