"""Lists of people: who is blocked, who reports for others, who may log in, who is on duty. No numbers."""

from werkzeug.wrappers import Response

from bot.accounts.passwords import NONE_YET
from bot.accounts.roles import ADMINISTRATOR, STAFF
from handlers.account_words import role_name
from handlers.audit import looked
from handlers.console.room import blueprint, phrases
from handlers.console.tables.table import MOST, local_day, local_moment, table
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import User
from storage.queries import accounts as accounts_of
from storage.queries import duty, people

BLOCKED = (N_("Pengirim"), N_("Saluran"), N_("Alasan"), N_("Sejak"), N_("Diblokir oleh"), N_("Pesan sejak itu"))
SERVANTS = (N_("Nama"), N_("Unit kerja"), N_("Didaftarkan"), N_("Didaftarkan oleh"))
SHIFTS = (N_("Petugas"), N_("E-mail"), N_("Mulai piket"), N_("Selesai piket"))
ACCOUNTS = (
    N_("E-mail"), N_("Nama"), N_("Peran"), N_("Instansi"), N_("Terakhir dipakai"), N_("Langkah kedua"),
    N_("Keadaan"),
)  # fmt: skip


@blueprint.get("/blocked.csv")
@seen_by(*STAFF)
def blocked_csv() -> Response:
    """Who is blocked, and why."""
    say = phrases()
    with edge().database.read() as session:
        found = people.blocked(session, MOST)
    looked("blocked", rows=len(found))
    rows = (
        (say.name_of(one.citizen), say.channel(one.channel), one.reason, local_moment(one.citizen.blocked_at),
         one.by, one.kept)
        for one in found
    )  # fmt: skip
    return table("blocked", BLOCKED, rows)


@blueprint.get("/servants.csv")
@seen_by(*STAFF)
def servants_csv() -> Response:
    """Who may report for others."""
    with edge().database.read() as session:
        found = people.servants(session, MOST)
    looked("servants", rows=len(found))
    rows = ((one.servant.name, one.servant.unit, local_day(one.servant.created_at), one.by) for one in found)
    return table("servants", SERVANTS, rows)


@blueprint.get("/duty.csv")
@seen_by(*STAFF)
def duty_page_csv() -> Response:
    """The coming shifts."""
    with edge().database.read() as session:
        found = duty.shifts_after(session, edge().clock.now(), MOST)
    looked("duty", rows=len(found))
    rows = (
        (one.user.name or one.user.email, one.user.email, local_moment(one.starts_at), local_moment(one.ends_at))
        for one in found
    )
    return table("duty", SHIFTS, rows)


@blueprint.get("/accounts.csv")
@seen_by(ADMINISTRATOR)
def accounts_csv() -> Response:
    """Who may log in, as what."""
    with edge().database.read() as session:
        found = accounts_of.listed(session, MOST)
    return table("accounts", ACCOUNTS, (_account(one) for one in found))


def _account(one: accounts_of.Listed) -> tuple[object, ...]:
    user, names = one.user, edge().rulebook.city.agency_name
    factor = translated(N_("menyala") if user.totp_confirmed_at else N_("mati"))
    agency = names(user.agency) if user.agency else ""
    return (user.email, user.name, role_name(user.role), agency, local_moment(one.seen_at), factor, _state(user))


def _state(user: User) -> str:
    if user.disabled_at:
        return translated(N_("nonaktif"))
    return translated(N_("menunggu kata sandi") if user.password_hash == NONE_YET else N_("aktif"))
