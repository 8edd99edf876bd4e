"""Tells which model belongs to the present data, pipeline and code, without importing Rasa.

Standard library only: the app's environment runs this file too, to see whether training is needed.
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
MODELS = ROOT / "models"
EVALUATION = ROOT / "evaluation"
CITY = ROOT.parent.parent / "config.yml"
REPORT = ROOT.parent.parent / "var" / "nlu-report.html"

_FILES = ("config.yml", "labels.yml", "areas.csv", "pyproject.toml", "dataset.py", "importer.py")
_DATAS_OWN = ("labels.yml", "areas.csv")
"""Of these the data directory may hold its own, which count instead."""
_SUFFIX = ".tar.gz"


def fingerprint(data: Path = DATA, root: Path = ROOT) -> str:
    """Twelve hex digits over everything a model is made from. Missing files count as empty."""
    digest = hashlib.sha256()
    for name, path in _inputs(data, root):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def model_path(data: Path = DATA, models: Path = MODELS, quick: bool = False, root: Path = ROOT) -> Path:
    """Where the model for this data is, or would be once trained."""
    return models / f"nlu-{fingerprint(data, root)}{'-quick' if quick else ''}{_SUFFIX}"


def newest_model(models: Path = MODELS) -> Path | None:
    """The model file written last, for whatever data; None where there is none."""
    found = [path for path in models.glob(f"*{_SUFFIX}") if path.is_file()]
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


def _inputs(data: Path, root: Path) -> list[tuple[str, Path]]:
    """Names that do not depend on where the project lies, and the files behind them, in a fixed order."""
    own = {name: data / name for name in _DATAS_OWN if (data / name).is_file()}
    inputs = [(name, own.get(name, root / name)) for name in _FILES]
    inputs += [(f"components/{path.name}", path) for path in sorted((root / "components").glob("*.py"))]
    texts = sorted((path.relative_to(data).as_posix(), path) for path in data.rglob("*.jsonl"))
    return inputs + [(f"data/{name}", path) for name, path in texts]


if __name__ == "__main__":
    print(fingerprint())
