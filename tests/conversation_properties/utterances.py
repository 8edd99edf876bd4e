"""What citizens say, at random: stories, answers, talk, fixed words, danger, and nonsense.

Every story carries a mark of its own ("k7x"), so that it can be found again in whatever became of it.
"""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from bot.messages import Location
from nlu.client import Guess, Place, Understanding

STORIES: dict[str, tuple[str, ...]] = {
    "jalan_rusak": (
        "jalan di depan sekolah berlubang parah sekali",
        "sudah dua minggu jalan di gang kami masih berlubang",
        "aspal di pertigaan itu ambles, motor sering jatuh",
    ),
    "sampah": ("sampah di tps sudah seminggu tidak diangkut", "tumpukan sampah bau sekali dekat pasar"),
    "lampu_jalan": ("lampu jalan mati semua jadi gelap sekali", "lampu belum menyala juga sejak hari senin"),
    "banjir": ("air masuk rumah setinggi lutut sejak subuh", "tiap hujan selalu ada genangan di jalan ini"),
    "air_bersih": ("air pam tidak mengalir sejak kemarin pagi",),
    "transportasi_umum": ("bus transjakarta telat satu jam dan sopirnya ngebut",),
    "ktp": ("ktp saya sudah tiga bulan belum jadi juga",),
    "pungli": ("petugas loket minta uang dua ratus ribu untuk surat",),
    "perempuan_anak": ("anak tetangga setiap hari dipukul orang tuanya",),
    "pelayanan_petugas": ("petugas di loket kelurahan kasar kepada orang tua",),
    "taman": ("ayunan di taman bermain sudah rusak dan berkarat",),
    "lainnya": ("ada hal aneh yang perlu diperhatikan pemerintah kota",),
}
SEALED_STORIES = ("adik saya dilecehkan guru di sekolahnya bulan ini", "pejabat itu disuap supaya izin keluar")
ENGLISH_STORIES = ("there is a big hole in the road in front of my house",)
DANGER = (
    "tolong rumah tetangga kebakaran pak",
    "anak saya tenggelam di kali sekarang",
    "orang pingsan di jalan pak",
)
SELF_HARM = ("saya mau bunuh diri saja pak", "saya capek hidup rasanya")
PLACES = ("Jl. Melati 5", "Kampung Melayu RT 3", "depan SDN 05 Cempaka Putih", "🏠", "Jl. Tidak Ada")
PINS = (
    Location(-6.18, 106.86, "Jl. Pin 1, Jakarta"),
    Location(-6.2, 106.8),
    Location(48.85, 2.35, "Rue de Rivoli, Paris"),
    Location(0.0, 0.0),
    Location(-89.9, 179.9),
)
FAQS = ("ktp_hilang", "ktp_baru", "tidak_ada_topik_ini")
TALK: dict[str, tuple[str, ...]] = {
    "salam": ("halo pak", "selamat pagi"),
    "terima_kasih": ("terima kasih banyak ya", "makasih"),
    "cek_status": ("laporan saya sampai mana ya", "sudah dikerjakan belum laporan saya"),
    "batal": ("tidak jadi lapor pak, batalkan saja", "batal"),
    "bicara_petugas": ("saya mau bicara dengan orang",),
    "bantuan": ("ini nomor buat apa ya",),
    "marah": ("kalian ini kerja apa tidak sih",),
    "di_luar_cakupan": ("pinjaman cepat cair tanpa jaminan", "menang undian klik tautan ini"),
    "berhenti": ("jangan kirim pesan lagi ke saya",),
    "hapus_data": ("tolong data saya dihapus semua",),
    "tanya": ("ktp hilang urusnya bagaimana", "kartu saya kok belum jadi"),
}
ANSWERS = (
    "ya", "Ya", "sudah", "belum", "tidak", "sudah tapi masih bocor", "1", "2", "3.", "9", "0", "nomor 1",
    "tidak tahu", "lupa", "aman", "tidak aman, hubungi kakak saya saja", "Jl. Melati 5", "depan masjid", "5",
    "Lainnya", "semuanya", "sudah semua pak", "besok saya cek dulu", "maksudnya gimana?", "ok pak",
    "1 dan 2", "keduanya", "no 2, 3", "1 dan 9",
)  # fmt: skip
COMMANDS = ("BERHENTI", "STOP", "MULAI", "HAPUS DATA", "DATA SAYA", "UBAH", "salinan data")
NONSENSE = (
    "",
    " ",
    "😀",
    "\u200b",
    "???",
    "asdfgh",
    "rahasiakan nama saya ya pak",
    "\ud800 aneh",
    "12345678901234567890",
)
MORE = (
    "petugasnya minta uang dulu pak",
    "sudah makin dalam lubangnya pak",
    "lokasinya persis di depan warung bu Sri",
    "ini foto tambahannya ya",
)
CHOICES = (
    "yes",
    "no",
    "1",
    "5",
    "other",
    "both",
    "place",
    "service",
    "withdraw",
    "over",
    "within",
    "jalan_rusak",
    "🚫",
    "x" * 300,
)
SURENESS = (0.97, 0.97, 0.97, 0.97, 0.9, 0.9, 0.75, 0.55, 0.42, 0.2)
SERVICES = tuple(STORIES)


@dataclass(frozen=True, repr=False)
class Utterance:
    """One message before it is sent.

    ``picks`` is the place of a button among those shown last; ``choice`` any other one, old or absurd.
    ``names`` and ``quotes`` count back from the citizen's newest ticket, or reply; -1 is somebody else's.
    ``story``: a matter that must not be lost.
    """

    text: str
    means: Understanding | None = None
    story: bool = False
    choice: str | None = None
    picks: int | None = None
    names: int | None = None
    quotes: int | None = None
    pin: Location | None = None
    media: str | None = None

    def marked(self, mark: int) -> "Utterance":
        """A story with the mark that it is found again by."""
        return replace(self, text=f"{self.text} k{mark}x") if self.story else self

    def __repr__(self) -> str:
        return f"<{self}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # hypothesis would write out every field

    def __str__(self) -> str:
        extras = {
            "picks": self.picks, "choice": self.choice and self.choice[:20], "names ticket": self.names,
            "quotes": self.quotes, "pin": self.pin and (self.pin.latitude, self.pin.longitude), "file": self.media,
        }  # fmt: skip
        told = [f"{name} {value}" for name, value in extras.items() if value is not None]
        return " ".join([repr(self.text), f"({_gist(self.means)})" if self.means else "", *told])


def _gist(means: Understanding) -> str:
    service = f" {means.service.label} {means.service.confidence}" if means.service else ""
    faq = f" {means.faq.label}" if means.faq else ""
    also = f" also {','.join(means.also)}" if means.also else ""
    place = f" at {means.place.text}" if means.place else ""
    return f"{means.intent.label} {means.intent.confidence}{service}{faq}{also}{place}"


def understood(
    intent: str,
    sure: float,
    service: str | None,
    service_sure: float,
    also: tuple[str, ...],
    place: str | None,
    second: float = 1 / 3,
) -> Understanding:
    """An understanding; of what is left of its confidence the next service has ``second``."""
    other = "salam" if intent != "salam" else "tanya"
    shares = (("pohon", second), ("saluran_air", min(1 / 3, 1 - second)))
    rest = [Guess(code, round((1 - service_sure) * share, 3)) for code, share in shares if code != service]
    return Understanding(
        intents=(Guess(intent, sure), Guess(other, round((1 - sure) / 2, 3))),
        services=(Guess(service, service_sure), *rest) if service else (),
        also=also,
        place=Place(place) if place else None,
    )


sure = st.sampled_from(SURENESS)
place = st.sampled_from((None, None, *PLACES[:3]))
also = st.sampled_from(((), (), (), ("sampah",), ("banjir", "pungli"), ("tidak_ada",)))
told = st.sampled_from([(code, text) for code, texts in STORIES.items() for text in texts])
odd = st.sampled_from([("perempuan_anak", SEALED_STORIES[0]), ("lainnya", SEALED_STORIES[1]),
                       ("jalan_rusak", ENGLISH_STORIES[0]), ("tidak_ada", STORIES["sampah"][0])])  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> Utterance:
    """A matter to report: usually clear, at times unsure, without a place, or of several kinds."""
    service, text = draw(st.one_of(told, told, told, odd))
    intent = draw(st.sampled_from(("lapor",) * 6 + ("saran", "apresiasi")))
    torn = draw(st.sampled_from((1 / 3, 1 / 3, 0.95)))  # between two services, as by two problems in one text
    means = understood(intent, draw(sure), service, draw(sure), draw(also), draw(place), torn)
    text = f"{text} di {means.place.text}" if means.place else text
    return Utterance(
        text,
        means,
        story=True,
        media=draw(st.sampled_from((None,) * 5 + ("image/jpeg", "audio/ogg"))),
        pin=draw(st.sampled_from((None,) * 20 + PINS)),
        names=draw(st.sampled_from((None,) * 12 + (0, 1, -1))),
        quotes=draw(st.sampled_from((None,) * 12 + (0, 1, 2))),
    )


@st.composite
def talk(draw: st.DrawFn) -> Utterance:
    """Anything that is no report: each with what the model makes of it, now and then wrongly."""
    intent, text = draw(st.sampled_from([(intent, text) for intent, texts in TALK.items() for text in texts]))
    means = understood(intent, draw(sure), draw(st.sampled_from((None, *SERVICES))), draw(sure), (), None)
    if intent == "tanya":
        means = replace(means, faqs=(Guess(draw(st.sampled_from((*FAQS, "kia"))), 0.97),))
    names = draw(st.sampled_from((None, None, None, 0, 1, 2, -1)))
    return Utterance(text, means, names=names, quotes=draw(st.sampled_from((None, None, 0, 1))))


@st.composite
def answers(draw: st.DrawFn) -> Utterance:
    """Something short, as if it answered a question."""
    text = draw(st.sampled_from((*ANSWERS, *MORE)))
    intent = draw(st.sampled_from(("setuju", "tolak", "tambah_info", "tambah_info", "lapor", "tanya", "salam")))
    service = draw(st.sampled_from((None, None, *SERVICES)))
    means = understood(intent, draw(sure), service, draw(sure), (), draw(place))
    return Utterance(text, means, quotes=draw(st.sampled_from((None, None, None, 0, 1))))


@st.composite
def wordless(draw: st.DrawFn) -> Utterance:
    """Buttons, pins, photos, voice notes, stickers, and nothing at all."""
    kind = draw(st.sampled_from(("pick", "pick", "pick", "choice", "pin", "photo", "voice", "nothing")))
    if kind == "pick":
        return Utterance("", picks=draw(st.integers(0, 4)), quotes=draw(st.sampled_from((None, None, 0))))
    if kind == "choice":
        return Utterance("", choice=draw(st.sampled_from(CHOICES)))
    if kind == "pin":
        return Utterance("", pin=draw(st.sampled_from(PINS)))
    files = {"photo": "image/jpeg", "voice": "audio/ogg", "nothing": None}
    return Utterance("", media=files[kind])


@st.composite
def dangers(draw: st.DrawFn) -> Utterance:
    """An emergency as the words and the model both see it, or a wish to die."""
    text = draw(st.sampled_from((*DANGER, *DANGER, *SELF_HARM)))
    means = understood(
        "darurat", draw(st.sampled_from((0.97, 0.9, 0.8))), "kebakaran", draw(sure), (), draw(place)
    )
    return Utterance(text, means, story=True)


fixed_words = st.sampled_from(
    [Utterance(text, understood("berhenti", 0.9, None, 0.0, (), None)) for text in COMMANDS]
)
nonsense = st.sampled_from(
    [Utterance(text, understood("di_luar_cakupan", 0.5, None, 0.0, (), None)) for text in NONSENSE]
)
utterances = st.one_of(
    *[stories()] * 4, *[answers()] * 3, *[wordless()] * 2, *[talk()] * 3, dangers(), fixed_words, nonsense
)
