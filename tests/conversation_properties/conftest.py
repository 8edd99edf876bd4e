"""What the properties stand on, and how much of them ran."""

import pytest

from tests.conversation_properties.profiles import TALLY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in TALLY.lines():
        terminalreporter.write_line(f"conversation properties: {line}")
