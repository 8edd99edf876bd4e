"""What stands in the leadership's week: ranks with enough cases, what grew, the sample of claims, a preview."""

import re
from datetime import date, timedelta

from bot.figures import weekly
from bot.figures.period import Period
from bot.figures.weekly_facts import read
from storage.models import Claim, ClaimDraw
from tests.bot.figures_report.office import MONDAY, SUNDAY, Office, report
from tests.support.clock import at
from tests.support.rolled_up import figures


def agencies(office: Office, **cases: tuple[int, int]) -> None:
    figures(office.database, SUNDAY)
    for code, (in_time, late) in cases.items():
        figures(office.database, SUNDAY, ("agency", code), in_time=in_time, late=late, overdue=2)


def test_agencies_with_few_cases_are_not_ranked(office: Office) -> None:
    agencies(office, bina_marga=(8, 2), dlh=(9, 0), dishub=(5, 5))
    text = report(office)
    ranked = text.partition("INSTANSI: TEPAT WAKTU")[2].partition("YANG PALING")[0]
    assert "Dinas Bina Marga: 80 % dari 10 kasus (minggu lalu –), 2 lewat tenggat" in ranked
    assert ranked.index("Bina Marga") < ranked.index("Perhubungan")
    assert "Lingkungan Hidup" not in ranked
    assert "sedikitnya 10 kasus" in ranked


def test_of_many_agencies_the_best_and_the_worst_and_none_in_both(office: Office) -> None:
    codes = [code for code in office.rulebook.city.agencies if code != "coordinators"][:8]
    agencies(office, **{code: (10 + 2 * n, 20 - 2 * n) for n, code in enumerate(codes)})
    ranked = report(office).partition("INSTANSI: TEPAT WAKTU")[2].partition("YANG PALING")[0]
    best, worst = ranked.partition("Perlu perhatian:")[::2]
    names = [office.rulebook.city.agency_name(code) for code in codes]
    assert [name for name in names[4:] if name in best] == names[4:]
    assert [name for name in names[:4] if name in worst] == names[:4]
    assert not [name for name in names if name in best and name in worst]


def test_what_grew_and_what_did_not(office: Office) -> None:
    for day, filed in ((MONDAY - timedelta(days=7), 4), (MONDAY, 9)):
        figures(office.database, day, ("service", "sampah"), filed=filed)
        figures(office.database, day, ("service", "perempuan_anak"), filed=filed)  # sealed
        figures(office.database, day, ("area", "Tebet Timur"), filed=filed)
        figures(office.database, day, ("area", ""), filed=filed)
    figures(office.database, MONDAY, ("service", "banjir"), filed=4)  # from none, but too few
    grown = report(office).partition("YANG PALING BERTAMBAH")[2].partition("DARURAT")[0]
    sampah = office.rulebook.city.services["sampah"].name
    assert grown.strip().splitlines()[1:] == [f"- {sampah}: 9; 4 (+5)", "- Tebet Timur: 9; 4 (+5)"]


def test_figures_beside_the_week_before(office: Office) -> None:
    figures(office.database, MONDAY - timedelta(days=7), filed=50, claimed=20, confirmed=10, reopened=4, open=30)
    figures(office.database, MONDAY, filed=30, claimed=11, confirmed=9, reopened=2, silent=3, open=80)
    figures(
        office.database, SUNDAY, filed=30, claimed=11, rated=4, stars=18, open=40, overdue=7, in_time=3, late=1
    )
    text = report(office)
    assert "- Laporan masuk: 60; 50 (+20 %)" in text
    assert "- Instansi menyatakan selesai: 22; 20 (+10 %)" in text
    assert "  - dibenarkan warga: 9; 10 (−1)" in text
    assert "- Dibuka kembali: 2; 4 (−2)" in text
    assert "- Selesai tepat waktu: 75 %; –" in text
    assert "- Penilaian warga (4 menilai): 4,5 dari 5; –" in text
    assert "- Masih terbuka: 40; 30 (+33 %)" in text  # as it stood at the end, not added up
    assert "60 laporan masuk, 12 ditutup" in text
    assert "Sen 16: 30, Sel 17: 0," in text


def test_the_sample_of_claims(office: Office) -> None:
    now = office.clock.now()
    with office.newest_ticket() as (session, ticket):
        session.add(ClaimDraw(week="2026-W47", drawn_at=now, claims=60, drawn=3))
        for n, (agency, verdict) in enumerate((("bina_marga", "ok"), ("bina_marga", "not_ok"), ("dlh", None))):
            session.add(Claim(ticket_id=ticket.id, round=n, agency=agency, claimed_at=now, verdict=verdict,
                              sampled_week="2026-W47"))  # fmt: skip
    text = report(office)
    assert "16–22 November 2026: 3 dari 60 klaim ditarik." in text
    assert "- Dinas Bina Marga: 2 ditarik, 2 diperiksa, 1 tidak sesuai" in text
    assert "- Dinas Lingkungan Hidup: 1 ditarik, 0 diperiksa, 0 tidak sesuai" in text


def test_a_preview_compares_the_same_weekdays(office: Office) -> None:
    figures(office.database, date(2026, 11, 10), filed=5)
    figures(office.database, date(2026, 11, 13), filed=50)
    figures(office.database, date(2026, 11, 17), filed=6)
    week = Period.around(weekly.Kind.WEEK, MONDAY)
    with office.database.read() as session:
        facts = read(session, office.rulebook, week, date(2026, 11, 18), at("2026-11-18T12:00+07:00"))
    assert (facts.this.counts.filed, facts.before.counts.filed) == (6, 5)
    page = weekly.page_of(office.rulebook, facts)
    assert "MINGGU INI SEJAUH INI" in page.text
    assert "16–18 November 2026" in page.text


def test_a_mail_client_finds_nothing_to_fetch_or_run_in_it(office: Office) -> None:
    office.counted_week()
    office.tick()
    html = office.mails()[0].body["html"]
    assert not re.findall(r"<(?:script|img|link|iframe|form)|url\(|@import|\son\w+=", html)
    assert {a.split("/console")[0] for a in re.findall(r'href="([^"]*)"', html)} == {office.rulebook.base_url}
