"""The erasure ledger's file: whole lines, each once, and no change that is not noticed."""

from pathlib import Path

import pytest

from storage.erasure_ledger import LedgerDamagedError, LedgerFile, LedgerLine


def line(n: int) -> LedgerLine:
    return LedgerLine(
        n, n, "2026-01-01T00:00:00+00:00", "2026-11-24T00:00:00+00:00", "request", {"tickets": n}, f"p{n}"
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / "new" / "ledger")
    assert (list(file.lines()), file.last()) == ([], None)
    file.append([line(1), line(2)])
    file.append([line(3)])
    assert list(file.lines()) == [line(1), line(2), line(3)]
    assert file.last() == line(3)


def test_a_line_that_is_there_is_not_written_twice(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / "ledger")
    file.append([line(1), line(2)])
    file.append([line(2), line(3)])
    assert list(file.lines()) == [line(1), line(2), line(3)]


def test_half_a_line_is_no_line_and_is_written_over(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / "ledger")
    file.append([line(1), line(2)])
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[:-20])
    assert list(file.lines()) == [line(1)]
    assert file.last() == line(1)
    file.append([line(2)])
    assert file.path.read_bytes() == whole


@pytest.mark.parametrize("kind", ["changed", "taken_out", "swapped", "garbled"])
def test_a_ledger_that_was_touched_is_noticed(tmp_path: Path, kind: str) -> None:
    file = LedgerFile(tmp_path / "ledger")
    file.append([line(1), line(2), line(3)])
    one, two, three = file.path.read_bytes().splitlines(keepends=True)
    touched = {
        "changed": [one, two.replace(b'"citizen": 2', b'"citizen": 7'), three],
        "taken_out": [one, three],
        "swapped": [one, three, two],
        "garbled": [one, b"?\n", three],
    }
    file.path.write_bytes(b"".join(touched[kind]))
    with pytest.raises(LedgerDamagedError) as error:
        list(file.lines())
    assert error.value.line == 2
