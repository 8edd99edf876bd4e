"""The command line: models that are missing or damaged, fingerprints, lines on stdin."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import fingerprint
from tiny import COMMANDS, run_command, write_rows


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command said, which must be a single line."""
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    return line


def test_a_truncated_model_is_told_in_one_sentence(tiny_model: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar.gz"
    for share in (0.1, 0.5, 0.99):
        content = tiny_model.read_bytes()
        cut.write_bytes(content[: int(len(content) * share)])
        said = one_sentence(run_command("serve", "--port", 1, "--model", cut))
        assert said == "nlu: cut.tar.gz is damaged or no model; train it again."


def test_files_that_are_no_model(tmp_path: Path) -> None:
    (tmp_path / "text.tar.gz").write_text("no model")
    (tmp_path / "empty.tar.gz").write_bytes(b"")
    for name in ("text", "empty"):
        said = one_sentence(run_command("serve", "--port", 1, "--model", tmp_path / f"{name}.tar.gz"))
        assert "damaged or no model" in said
    said = one_sentence(run_command("parse-lines", "--model", tmp_path / "none.tar.gz"))
    assert said == "nlu: there is no model none.tar.gz; train one with `commands.py train`."


def test_parse_lines(tiny_model: Path) -> None:
    done = run_command("parse-lines", "--model", tiny_model, stdin="jalan berlubang\n\nhalo min\n")
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["intent"]["name"] for result in results][::2] == ["lapor", "salam"]


def test_the_fingerprint_follows_the_data(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "data")
    before = fingerprint.fingerprint(data)
    assert before == fingerprint.fingerprint(write_rows(tmp_path / "elsewhere"))
    (data / "tiny.jsonl").write_text((data / "tiny.jsonl").read_text() + "\n")
    assert fingerprint.fingerprint(data) != before


def test_the_model_for_the_data_is_found(tiny_model: Path, tiny_data: Path) -> None:
    assert fingerprint.model_path(tiny_data, tiny_model.parent, quick=True) == tiny_model
    assert fingerprint.newest_model(tiny_model.parent) == tiny_model
    done = run_command("fingerprint", "--data", tiny_data, "--out", tiny_model.parent)
    assert (done.returncode, done.stdout.split()[2]) == (1, "missing")


def test_the_fingerprint_needs_no_rasa() -> None:
    check = "import fingerprint, sys; fingerprint.fingerprint(); sys.exit('rasa' in sys.modules)"
    subprocess.run([sys.executable, "-S", "-c", check], cwd=COMMANDS.parent, check=True)


def test_training_leaves_nothing_else_behind(tiny_model: Path) -> None:
    assert list(tiny_model.parent.iterdir()) == [tiny_model]


@pytest.mark.parametrize("command", ["train", "serve", "parse-lines", "fingerprint"])
def test_help(command: str) -> None:
    assert run_command(command, "--help").returncode == 0
