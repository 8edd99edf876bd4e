"""One spelling for many: turns a message as typed into the words that the featuriser counts.

Pure functions. The result is only for counting features; places and replies use the original text.
"""

import re
import unicodedata

MAX_CHARS = 4000
"""Longer messages are cut here: what they are about stands in the first four thousand characters."""

_SHORTHAND_TABLE = """
yang: yg yng yank
dengan: dgn dg dng dgan
untuk: utk untk buat bwt
tidak: tdk tak gak ga gk nggak ngga ngak enggak engga kagak kaga kgk ndak ndk nda gakk tidk mboten ora teu
belum: blm blum belom blom blon dereng durung
sudah: sdh udah udh dah sdah sudh uda wis sampun
saya: sy sya gue gw gua ane aku ak kulo abdi
kami: kmi
kita: kta
kalau: kalo klo kl klau kalu
karena: krn karna krna gara
juga: jg jga
jadi: jd jdi
dari: dr dri
pada: pd pda
dalam: dlm
sampai: sampe smp nyampe nyampek
sama: sm ama
saja: aja aj sj doang
bagaimana: gimana gmn gmana bgmn pripun piye kumaha
kenapa: knp knapa napa ngapa mengapa
apa: ap
mana: mn
siapa: sapa
kapan: kpn
berapa: brp brapa
bisa: bs bsa isa saged tiasa
mau: mo
minta: mnta mnt
mohon: mhn mohn nyuwun
tolong: tlg tlong tulung
terima kasih: makasih mksh makasi tks thx thanks trims terimakasih trimakasih trmksh matursuwun nuhun suwun
bapak: bpk bp pak
ibu: bu
orang: org orng
rumah: rmh
jalan: jl jln jlan
gang: gg
sekarang: skrg skrang skr skg saiki ayeuna
kemarin: kmrn kmren kemaren
tadi: td
nanti: ntar ntr
lagi: lg lgi
masih: msh
banyak: bnyk byk
banget: bgt bngt
sangat: sgt
sekali: skali
seperti: sprti spt kayak kyk kaya
tersebut: tsb tsbt
tahun: thn
bulan: bln
tanggal: tgl
minggu: mgg
menit: mnt
nomor: no nomer nmr
kelurahan: kel
kecamatan: kec
tapi: tp tpi tetapi
semua: smua
setiap: stiap tiap
sering: srg
sebelum: sblm
sesudah: ssdh
sehingga: shg sehinga
supaya: spy biar agar
segera: sgr
mungkin: mgkn
dapat: dpt dapet
datang: dtg
pemerintah: pemda pemprov
petugas: ptgs
anak: ank
sakit: skt
lampu: lmpu
depan: dpn
dekat: dkt deket
samping: smping
belakang: blkg blakang
selamat: slmt
pagi: pgi
malam: mlm
izin: ijin
akta: akte
bagi: bg
begitu: gitu gt
begini: gini
ini: iki nih ieu
itu: tuh
kok: ko
memang: emang emg
hanya: cuma cuman cm
tahu: tau
bilang: blg
nama: nm
hari: hr
halo: hallo hello hai hay helo
assalamualaikum: assalamu askum asslm samlekum
"""

SHORTHAND: dict[str, str] = {
    short: word
    for word, _, shorts in (line.partition(":") for line in _SHORTHAND_TABLE.strip().splitlines())
    for short in shorts.split()
}
"""Shorthand, slang and regional function words -> the usual word."""

EMERGENCY_NUMBERS = frozenset({"110", "112", "113", "118", "119"})
"""Numbers that are words: they keep their digits."""

_REPLACEMENTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://\S+|www\.\S+"), " _tautan "),
    (re.compile(r"\S+@\S+\.\S+"), " _surel "),
    (re.compile(r"\bjk-[0-9a-z]{6}-[0-9a-z*~$=]\b"), " _tiket "),
    (
        re.compile(r"[\[<{(](?:nik|telepon|telp|hp|phone|kartu|card|email|surel|nomor|nama)[\]>})]"),
        " _samaran ",
    ),
    (re.compile(r"[x*•]{4,}"), " _samaran "),
    (re.compile(r"(?:\+?62|\b0)[\s-]?8(?:[\s-]?\d){7,12}\b"), " _telepon "),
    (re.compile(r"\b\d(?:[ .-]?\d){11,19}\b"), " _nomorpanjang "),
    (re.compile(r"\brp\.?\s*\d[\d.,]*\b|\b\d[\d.,]*\s*(?:rb|ribu|jt|juta|k)\b"), " _uang "),
    (re.compile(r"\b([a-z]{3,})[2²](nya|an|in)?\b"), r"\1 \1\2"),
    (re.compile(r"([a-z])\1{2,}"), r"\1"),
)

_TOKEN = re.compile(r"_?[^\W\d_]+|\d+|[?!]|[\u2600-\u27bf\U0001f300-\U0001faff]")
"""Words, numbers, marks that matter, emoji."""


def words(text: str) -> list[str]:
    """Returns the normalised words of a message, in order; an empty list where there are none.

    Numbers become `_angka` (emergency numbers stay), masks, phones, links and amounts become tokens that
    start with an underscore, so that what differs in every message counts as the same thing.
    """
    folded = _fold(text[:MAX_CHARS])
    for pattern, replacement in _REPLACEMENTS:
        folded = pattern.sub(replacement, folded)
    return [part for token in _TOKEN.findall(folded) for part in _expand(token)]


def _fold(text: str) -> str:
    """Lower case, compatibility forms unified (bold letters, full width), combining marks dropped."""
    text = text.replace("²", "2")
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def _expand(token: str) -> list[str]:
    """The usual words for one token: a shorthand may stand for two."""
    if token[0].isdigit() and token not in EMERGENCY_NUMBERS:
        return ["_angka"]
    return SHORTHAND.get(token, token).split()
