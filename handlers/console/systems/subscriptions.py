"""Langganan: which other systems are told what happens to tickets; administrators make, try, stop and end them."""

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import ADMINISTRATOR
from bot.city.city import COORDINATORS
from bot.errors import RefusedError
from bot.subscribers import events, managing
from bot.subscribers.managing import LONGEST_NAME, LONGEST_URL, Wish
from bot.subscribers.targets import OLD_SECRET_FOR
from handlers.audit import changing
from handlers.channels.subscriber import checks_address
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import subscriptions as queries

PINGED = N_("Kabar percobaan dikirim; lihat di sini sebentar lagi apakah sampai.")
STOPPED = N_("Langganan dihentikan. Yang terjadi sejak sekarang tidak hilang, hanya belum dikirim.")
GOES_ON = N_("Langganan dilanjutkan dari tempatnya berhenti.")
GOES_ON_FROM_NOW = N_("Langganan dilanjutkan dari sekarang; yang lama tidak dikirim.")
ENDED = N_("Langganan diakhiri; alamat dan rahasianya sudah dihapus.")
MEANS = {
    events.FILED: N_("laporan masuk"),
    events.FORWARDED: N_("diteruskan ke instansi, atau dialihkan ke instansi lain"),
    events.STATUS_CHANGED: N_("statusnya berubah"),
    events.CHANGED: N_("isinya dibetulkan, atau tenggatnya dipindahkan"),
    events.REOPENED: N_("dibuka kembali"),
    events.CLOSED: N_("ditutup, apa pun hasilnya"),
    events.REMOVED: N_("tidak lagi ditampilkan umum: dicabut, ditolak, atau sama dengan yang lain"),
}
WHY = {
    "failing": N_("dihentikan: berhari-hari tidak diterima"),
    "gone": N_("dihentikan: sistemnya bilang sudah tidak ada (410)"),
    "person": N_("dihentikan"),
}

Answer = Response | tuple[str, int]


@blueprint.get("/subscriptions")
@seen_by(ADMINISTRATOR)
def subscriptions() -> str:
    """All subscriptions with how they stand, and the form for one more."""
    return _page(Typed())


@blueprint.post("/subscriptions")
@seen_by(ADMINISTRATOR)
def create_subscription() -> Answer:
    """A new subscription; its secret is on this answer and nowhere else."""
    here, wish = edge(), _wish()
    check = checks_address(loopback=here.settings.simulator_enabled)
    try:
        with changing("page:subscriptions", name=wish.name, types=list(wish.types), agency=wish.agency) as session:
            made = managing.add(session, here.rulebook.city, wish, check, user_id(), here.clock.now())
    except RefusedError as error:
        return _page(refused("create", str(error))), 409
    return _with_secret(made.name, made.secret)


@blueprint.post(f"/subscriptions/<{BIG_ID}:subscription_id>/rotate")
@seen_by(ADMINISTRATOR)
def rotate_subscription(subscription_id: int) -> Answer:
    """Another secret, shown once; the one before signs for a day more."""
    with changing() as session:
        secret = managing.rotate(session, subscription_id, edge().clock.now())
        name = managing.of(session, subscription_id).name
    return _with_secret(name, secret)


@blueprint.post(f"/subscriptions/<{BIG_ID}:subscription_id>/ping")
@seen_by(ADMINISTRATOR)
def ping_subscription(subscription_id: int) -> Answer:
    """Post a test event."""
    try:
        with changing() as session:
            managing.ping(session, subscription_id, edge().clock.now())
    except RefusedError as error:
        return _page(refused(f"one-{subscription_id}", str(error))), 409
    return _back(PINGED)


@blueprint.post(f"/subscriptions/<{BIG_ID}:subscription_id>/suspend")
@seen_by(ADMINISTRATOR)
def suspend_subscription(subscription_id: int) -> Answer:
    """Post nothing until somebody goes on."""
    return _changed(lambda session: managing.suspend(session, subscription_id, edge().clock.now()), STOPPED)


@blueprint.post(f"/subscriptions/<{BIG_ID}:subscription_id>/resume")
@seen_by(ADMINISTRATOR)
def resume_subscription(subscription_id: int) -> Answer:
    """Go on from where it stood, or from now."""
    from_now = text_of("from") == "now"
    return _changed(
        lambda session: managing.resume(session, subscription_id, edge().clock.now(), from_now=from_now),
        GOES_ON_FROM_NOW if from_now else GOES_ON,
    )


@blueprint.post(f"/subscriptions/<{BIG_ID}:subscription_id>/end")
@seen_by(ADMINISTRATOR)
def end_subscription(subscription_id: int) -> Answer:
    """End it for good."""
    return _changed(lambda session: managing.end(session, subscription_id, edge().clock.now()), ENDED)


@blueprint.get(f"/subscriptions/<{BIG_ID}:subscription_id>/<action>")
@seen_by(ADMINISTRATOR)
def back_to_subscriptions(subscription_id: int, action: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".subscriptions"), 303)


def _wish() -> Wish:
    types = tuple(request.form.getlist("types"))
    return Wish(text_of("name"), text_of("url"), types, text_of("agency"))


def _changed(step: Callable[[Session], bool], sentence: str) -> Answer:
    with changing() as session:
        is_new = step(session)
    return _back(sentence if is_new else TWICE)


def _back(sentence: str) -> Response:
    flash(translated(sentence))
    return redirect(url_for(".subscriptions"), 303)


def _with_secret(name: str, secret: str) -> Response:
    response = make_response(_page(Typed(), name=name, secret=secret))
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(typed: Typed, name: str = "", secret: str = "") -> str:
    here = edge()
    with here.database.read() as session:
        entries = queries.listed(session)
    return render_template(
        "console/subscriptions.html",
        entries=entries,
        means={type_: translated(words) for type_, words in MEANS.items()},
        why={code: translated(words) for code, words in WHY.items()},
        agencies={code: here.rulebook.city.agency_name(code) for code in _agencies()},
        chosen=request.form.getlist("types") if typed.in_form("create") else list(events.TYPES),
        longest=LONGEST_NAME,
        longest_url=LONGEST_URL,
        old_secret_hours=int(OLD_SECRET_FOR.total_seconds()) // 3600,
        typed=typed,
        say=phrases(),
        made_name=name,
        made=secret,
    )


def _agencies() -> list[str]:
    """Those that a subscription can belong to."""
    return [code for code in edge().rulebook.city.agencies if code != COORDINATORS]
