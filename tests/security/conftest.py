"""What the tests of ``make security-test`` share, and the table at their end."""

from collections.abc import Iterator

import pytest

from tests.security import tally
from tests.security.place import Place, place


@pytest.fixture(scope="session")
def the_place() -> Iterator[Place]:
    """Real processes, started once."""
    with place() as here:
        yield here


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = tally.table()
    if lines:
        terminalreporter.write_sep("=", "what was tried, and what came of it")
        for line in lines:
            terminalreporter.write_line(line)
