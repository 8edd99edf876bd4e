"""``flask history``: verify, seal, anchor, as an operator says them."""

import pytest
from click.testing import Result
from sqlalchemy import text

from handlers.commands.histories import history
from tests.handlers.city_hall import CityHall


def run(hall: CityHall, *arguments: str) -> Result:
    hall.app.cli.add_command(history)
    return hall.app.test_cli_runner().invoke(args=["history", *arguments])


def test_nothing_wrong(hall: CityHall) -> None:
    number = hall.ticket()
    whole = run(hall, "verify")
    assert whole.exit_code == 0
    assert "Nothing wrong was found." in whole.output
    assert " 0 not sealed" in whole.output
    assert run(hall, "verify", "--ticket", number).exit_code == 0
    assert run(hall, "verify", "--since", "2026-11-01").exit_code == 0


def test_a_changed_row_is_named_and_the_exit_code_is_one(hall: CityHall) -> None:
    number, other = hall.ticket(), hall.ticket()
    with hall.database.begin() as session:
        if hall.database.is_sqlite:
            session.execute(text("DROP TRIGGER ticket_events_no_update"))
        else:
            session.execute(text("DROP TRIGGER ticket_events_append_only ON ticket_events"))
        session.execute(text("UPDATE ticket_events SET kind = 'x' WHERE id = (SELECT min(id) FROM ticket_events)"))
    found = run(hall, "verify")
    assert found.exit_code == 1
    assert found.output.startswith(f"ticket:{number}: row 1 (number 1) was changed, moved or put in\n")
    assert "1 problems." in found.output
    assert run(hall, "verify", "--ticket", other).exit_code == 0


def test_a_ticket_that_there_is_not(hall: CityHall) -> None:
    assert "there is no ticket JK-000000-0" in run(hall, "verify", "--ticket", "JK-000000-0").output


def test_an_anchor_is_given_out_and_holds(hall: CityHall) -> None:
    assert "nothing to anchor" in run(hall, "anchor").output
    hall.ticket()
    day, digest = run(hall, "anchor").output.split()
    assert run(hall, "anchor").output.split() == [day, digest]
    assert run(hall, "verify", "--anchor", digest).exit_code == 0
    assert run(hall, "verify", "--anchor", "0" * 64).exit_code == 1


def test_there_is_nothing_old_to_seal(hall: CityHall) -> None:
    hall.ticket()
    assert run(hall, "seal").output.endswith("0 rows sealed in 0 s.\n")


@pytest.mark.parametrize("problems", [0, 3])
def test_the_health_page_tells_of_the_last_verification(hall: CityHall, problems: int) -> None:
    assert hall.app.test_client().get("/healthz?deep=1").json["history"] == {"ok": True, "verified_at": None}
    with hall.database.begin() as session:
        session.execute(text(
            "INSERT INTO history_checks (id, begun_at, finished_at, reached, rows, problems)"
            f" VALUES (1, '2026-11-23 18:00:00+00:00', '2026-11-23 18:01:00+00:00', '', 9, {problems})"
        ))  # fmt: skip
    told = hall.app.test_client().get("/healthz?deep=1").json["history"]
    assert told == {"ok": not problems, "verified_at": "2026-11-23T18:01:00+00:00"}
