"""Kunci API: which other systems may join, and what each may do; administrators make keys and revoke them."""

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.accounts import api_keys as registry
from bot.accounts.api_keys import CONTACTS, FILE, LONGEST_NAME, SEE, UPDATE, UnfitKey, Wish
from bot.accounts.roles import ADMINISTRATOR
from bot.city.city import COORDINATORS
from handlers.audit import changing
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import api_keys as queries

SHOWN = 500
REVOKED = N_("Kunci dicabut; sejak sekarang tidak membuka apa-apa.")
GONE = N_("Kunci itu tidak ada.")  # as bot.accounts.api_keys says it
MEANS = {
    FILE: N_("mengirim laporan warga"),
    CONTACTS: N_("menyertakan nomor HP warga, yang lalu dikabari lewat SMS"),
    SEE: N_("melihat laporan yang dikirimnya sendiri, atau yang ada di instansinya, walau tidak ditampilkan umum"),
    UPDATE: N_("mengabarkan perkembangan laporan yang ada di instansinya"),
}
PROBLEMS = {
    "name": N_("Tulis nama pemakai kunci, paling panjang 80 huruf."),
    "scopes": N_("Pilih sedikitnya satu hal yang boleh dilakukan."),
    "agency": N_("Instansi itu tidak ada di kota ini."),
    "needs_agency": N_("Kunci untuk mengabarkan perkembangan perlu satu instansi."),
    "days": N_("Pilih berapa lama kunci berlaku."),
    "taken": N_("Kunci lain yang masih berlaku bernama sama. Cabut dulu, atau pilih nama lain."),
}
LASTING = {"365": N_("satu tahun"), "90": N_("90 hari"), "": N_("sampai dicabut")}

Answer = Response | tuple[str, int]


@blueprint.get("/api-keys")
@seen_by(ADMINISTRATOR)
def api_keys() -> str:
    """All keys, and the form for one more."""
    return _page(Typed())


@blueprint.post("/api-keys")
@seen_by(ADMINISTRATOR)
def create_api_key() -> Answer:
    """A new key, shown on this answer and nowhere else: no session and no history of a browser keeps it."""
    here = edge()
    try:
        wish = _wish()
        with changing("page:api_keys", name=wish.name, scopes=sorted(wish.scopes), agency=wish.agency) as session:
            key, text = registry.create(session, wish, user_id(), here.clock.now(), _agencies())
    except UnfitKey as unfit:
        return _page(refused("create", translated(PROBLEMS[unfit.problem]))), 409
    response = make_response(_page(Typed(), name=key.name, text=text))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"/api-keys/<{BIG_ID}:key_id>/revoke")
@seen_by(ADMINISTRATOR)
def revoke_api_key(key_id: int) -> Response:
    """From now on it opens nothing."""
    with changing(f"api_key:{key_id}") as session:
        is_new = registry.revoke(session, key_id, edge().clock.now())
    flash(translated(REVOKED if is_new else TWICE))
    return redirect(url_for(".api_keys"), 303)


@blueprint.get(f"/api-keys/<{BIG_ID}:key_id>/revoke")
@seen_by(ADMINISTRATOR)
def back_to_api_keys(key_id: int) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".api_keys"), 303)


def _wish() -> Wish:
    days = text_of("days")
    if days not in LASTING:
        raise UnfitKey("days")
    scopes = tuple(request.form.getlist("scopes"))
    return Wish(text_of("name"), scopes, text_of("agency") or None, int(days) if days else None)


def _page(typed: Typed, name: str = "", text: str = "") -> str:
    here = edge()
    now = here.clock.now()
    with here.database.read() as session:
        keys = queries.listed(session, SHOWN)
        makers = queries.makers(session, keys)
    return render_template(
        "console/api_keys.html",
        entries=[(key, registry.holds(key, now), makers.get(key.created_by or 0, "")) for key in keys],
        shown=SHOWN,
        means={scope: translated(words) for scope, words in MEANS.items()},
        lasting={days: translated(words) for days, words in LASTING.items()},
        agencies={code: here.rulebook.city.agency_name(code) for code in _agencies()},
        longest=LONGEST_NAME,
        typed=typed,
        chosen=request.form.getlist("scopes") if typed.in_form("create") else [FILE],
        say=phrases(),
        made_name=name,
        made=text,
        base=f"{here.rulebook.base_url}/open311/v2",
    )


def _agencies() -> list[str]:
    """Those that a key can belong to."""
    return [code for code in edge().rulebook.city.agencies if code != COORDINATORS]
