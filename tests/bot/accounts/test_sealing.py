"""Who may see what, as a table, and what of a conversation is hidden."""

from datetime import timedelta

import pytest

from bot.accounts.roles import ROLES
from bot.accounts.sealing import DOUBT_LASTS, curtain, may_see
from storage.models import Ticket
from tests.support.clock import at

NOW = at("2026-11-24T10:00+07:00")


def ticket(*, sealed: bool = True, agency: str = "dppapp", forwarded: bool = True, closed: bool = False) -> Ticket:
    return Ticket(
        id=1,
        number="JK-1",
        sealed=sealed,
        agency=agency,
        forwarded_at=NOW if forwarded else None,
        closed_at=NOW if closed else None,
    )


@pytest.mark.parametrize(
    ("role", "agency", "sealed", "open_one"),
    [
        ("administrator", None, False, True),
        ("coordinator", None, False, True),
        ("sealed_officer", None, True, True),
        ("agency_officer", "dppapp", True, True),
        ("agency_officer", "bina_marga", False, False),
        ("agency_officer", None, False, False),
        ("leadership", None, False, True),
        ("something_new", None, False, False),
        ("something_new", "dppapp", False, False),
    ],
)
def test_who_may_see_a_sealed_and_an_open_ticket(
    role: str, agency: str | None, sealed: bool, open_one: bool
) -> None:
    assert may_see(role, agency, ticket()) is sealed
    assert may_see(role, agency, ticket(sealed=False)) is open_one


def test_every_role_is_in_the_table() -> None:
    assert set(ROLES) == {"administrator", "coordinator", "sealed_officer", "agency_officer", "leadership"}


def test_an_agency_has_nothing_before_it_was_given_it_or_after_it_went_back() -> None:
    assert not may_see("agency_officer", "dppapp", ticket(forwarded=False))
    assert not may_see("agency_officer", "dppapp", ticket(agency="coordinators"))
    assert not may_see("agency_officer", "coordinators", ticket(forwarded=False, agency="coordinators"))


def test_what_belongs_to_an_open_sealed_ticket_or_to_none_is_covered() -> None:
    before = curtain("coordinator", None, [ticket()])
    assert before.covers(1, NOW)
    assert before.covers(None, NOW - timedelta(days=400))
    assert before.covers(None, NOW + timedelta(days=400))
    assert not before.covers(2, NOW)


def test_a_month_after_its_end_what_belongs_to_no_ticket_can_be_read_again() -> None:
    before = curtain("administrator", None, [ticket(closed=True)])
    assert before.covers(None, NOW + DOUBT_LASTS - timedelta(seconds=1))
    assert not before.covers(None, NOW + DOUBT_LASTS)
    assert before.covers(1, NOW + timedelta(days=400))


def test_nothing_is_covered_for_those_who_may_see_it() -> None:
    before = curtain("sealed_officer", None, [ticket()])
    assert not before.covers(1, NOW)
    assert not before.covers(None, NOW)
    assert (before.number_of(1), before.number_of(2), before.number_of(None)) == ("JK-1", None, None)
