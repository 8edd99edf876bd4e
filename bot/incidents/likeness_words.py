"""Word lists for telling whether two Indonesian reports are about the same thing."""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPELLINGS: Mapping[str, str] = {
    "jl": "jalan", "jln": "jalan", "gg": "gang", "dpn": "depan", "dkt": "dekat", "deket": "dekat",
    "sblh": "sebelah", "blkg": "belakang", "blkang": "belakang", "sbrg": "seberang", "sebrang": "seberang",
    "kp": "kampung", "kpg": "kampung", "psr": "pasar", "ps": "pasar", "stasion": "stasiun", "st": "stasiun",
    "komp": "kompleks", "komplek": "kompleks", "perum": "perumahan", "mesjid": "masjid", "msjd": "masjid",
    "mushola": "musholla", "mushalla": "musholla", "lamer": "merah", "bunderan": "bundaran", "no": "nomor",
    "nmr": "nomor", "nomer": "nomor", "sdn": "sd", "smpn": "smp", "sman": "sma", "smkn": "smk", "jkt": "jakarta",
    "underpas": "underpass", "prempatan": "perempatan", "lap": "lapangan", "blk": "blok", "blox": "blok",
    "utra": "utara", "lantei": "lantai", "lt": "lantai", "tmn": "taman", "rmh": "rumah",
    "lobang": "lubang", "berlubang": "lubang", "bolong": "lubang", "lubangnya": "lubang", "bolongnya": "lubang",
    "berlobang": "lubang", "padam": "mati", "gelap": "mati", "tumbang": "roboh", "rubuh": "roboh",
    "ambruk": "roboh", "genangan": "banjir", "tergenang": "banjir", "kebanjiran": "banjir", "terendam": "banjir",
    "kerendem": "banjir", "kerendam": "banjir", "menumpuk": "numpuk", "tumpukan": "numpuk", "diangkut": "angkut",
    "diambil": "angkut", "keangkut": "angkut", "mampet": "sumbat", "tersumbat": "sumbat", "mampat": "sumbat",
    "buntu": "sumbat", "kesumbat": "sumbat", "amblas": "ambles", "amblesnya": "ambles", "macetnya": "macet",
    "rusaknya": "rusak", "airnya": "air", "lampunya": "lampu", "jalannya": "jalan", "aspalnya": "aspal",
}  # fmt: skip
# Words that tell nothing of what or where.
FILLERS = _words(
    """
    pak bu bpk ibu min kak bang mas mbak admin tolong mohon dong ya yg yang di ke dari dan ini itu ada
    sudah udah sdh dah belum blm lagi lg banget bgt sekali sama nya tuh nih kok saya sy kami aku gue
    kita juga jg sangat parah terus trus untuk utk dengan dgn karena krn pada para agar biar supaya
    segera cepat hari sejak dari tadi kemarin kmrn pagi siang sore malam minggu bulan tahun lalu sampai
    sampe skrg sekarang masih msh tidak tdk gak ga nggak gk bisa mau jadi jd kalau kalo klo selamat
    assalamualaikum halo lapor melaporkan laporan warga terima kasih makasih tempat lokasi daerah sini
    situ sana arah jakarta dki kota administrasi
    """
)
# Some of those are parts of names ("Pulo Mas", "Muara Baru"): in a place only these tell nothing.
PLACE_FILLERS = _words(
    """
    pak bu min kak tolong mohon dong ya yg yang di ke dari dan ini itu ada nya arah jakarta dki
    """
)
ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
# They say where from a landmark, or what kind of address follows; alone they name no place.
POSITIONS = _words(
    """
    depan dekat samping sebelah seberang belakang pojok ujung sekitar antara persis pas tepat pinggir
    tengah dalam bawah atas kolong sepanjang jalan gang rt rw nomor blok kelurahan kecamatan kampung
    raya kompleks perumahan
    """
)
