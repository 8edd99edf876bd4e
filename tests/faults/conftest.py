"""What the fault tests share, and the table at their end."""

import pytest

from tests.faults import cost


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = cost.table()
    if lines:
        terminalreporter.write_sep("=", "what each fault cost")
        for line in lines:
            terminalreporter.write_line(line)
