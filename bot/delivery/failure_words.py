"""What the classes of failures (``bot.delivery.failures``) mean in plain Indonesian, and what is done about each.

For the console and for e-mails to coordinators. Of the providers' codes only those are explained that somebody
has to act on; the others are shown as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.delivery import failures
from bot.messages import EMAIL, WEBHOOK


@dataclass(frozen=True)
class Explained:
    """``name``: a few words; ``why`` it failed and what ``to_do`` about it, one sentence each."""

    name: str
    why: str
    to_do: str


UNKNOWN = Explained(
    "Alasan tidak dicatat",
    "Pesan gagal dan alasannya tidak dicatat.",
    "Kirim lagi sekali; bila gagal lagi, hubungi penerimanya dengan cara lain.",
)
CLASSES: Mapping[str, Explained] = {
    failures.OTHER_FORM: Explained(
        "Jendela 24 jam tertutup",
        "WhatsApp hanya menerima template yang sudah disetujui, dan untuk pesan ini tidak ada.",
        "Ajukan template-nya (flask templates) dan isi di config.yml, lalu kirim lagi; yang mendesak ditelepon.",
    ),
    failures.STOP: Explained(
        "Penerima menolak pesan",
        "Penerima memblokir kita atau menghentikan pesan di penyedia.",
        "Jangan kirim lagi; bila penting, hubungi dengan cara lain lalu tandai selesai.",
    ),
    failures.ADDRESS: Explained(
        "Alamat tidak terjangkau",
        "Nomor atau alamat ini tidak ada, tidak aktif, atau tidak bisa menerima pesan.",
        "Cari cara lain menghubungi penerimanya lalu tandai selesai; kirim lagi hanya bila alamatnya sudah beres.",
    ),
    failures.CONTENT: Explained(
        "Isi ditolak penyedia",
        "Penyedia tidak menerima isi pesan atau template-nya.",
        "Periksa template di penyedia, betulkan di config.yml atau bot/texts, lalu kirim lagi semuanya.",
    ),
    failures.ACCOUNT: Explained(
        "Akun atau pengaturan salah",
        "Penyedia menolak akun atau nomor pengirim kita, jadi pesan lain pun tidak keluar.",
        "Jalankan flask doctor, betulkan akun atau pengaturannya, lalu kirim lagi semuanya.",
    ),
    failures.FINAL: Explained(
        "Ditolak penyedia",
        "Penyedia menolak pesan ini dan tidak menyebut alasan yang kami kenal.",
        "Cari kodenya di dokumentasi penyedia; kirim lagi sekali, atau hubungi penerimanya dengan cara lain.",
    ),
    failures.GIVEN_UP: Explained(
        "Berkali-kali tidak berhasil",
        "Sudah dicoba berkali-kali dan tidak pernah berhasil.",
        "Periksa apakah penyedia dan jaringan sudah pulih, lalu kirim lagi.",
    ),
    failures.IN_DOUBT: Explained(
        "Tidak pasti terkirim",
        "Sehari lebih penyedia tidak bisa ditanya apakah pesan ini terkirim.",
        "Tanyakan kepada penerimanya, atau lihat di penyedia; kirim lagi hanya bila memang belum sampai.",
    ),
    failures.LATER: Explained(
        "Tidak ada jalan keluar",
        "Sistem ini tidak punya saluran atau nomor pengirim untuk pesan itu.",
        "Lengkapi pengaturan salurannya, lalu kirim lagi.",
    ),
}
# Of these all may be sent again at once, after what stopped them was put right; the others are for each alone.
_EACH_ALONE = (failures.STOP, failures.ADDRESS, failures.IN_DOUBT)
MENDABLE = tuple(kind for kind in CLASSES if kind not in _EACH_ALONE)
REFUSED_MAIL = Explained(
    "E-mail ditolak",
    "Server e-mail penerima menolak alamat ini, jadi suratnya tidak dibaca siapa pun.",
    "Betulkan alamatnya di config.yml dan kirim lagi, atau telepon penerimanya lalu tandai selesai.",
)
REFUSED_WEBHOOK = Explained(
    "Webhook instansi menolak",
    "Sistem instansi menolak pemberitahuan ini.",
    "Periksa alamat webhook dan kuncinya bersama instansi, lalu kirim lagi.",
)
OF_CHANNEL: Mapping[tuple[str, str], Explained] = {
    (EMAIL, failures.FINAL): REFUSED_MAIL,
    (EMAIL, failures.ADDRESS): REFUSED_MAIL,
    (WEBHOOK, failures.FINAL): REFUSED_WEBHOOK,
}
# Codes with which nothing gets through any more until somebody acts.
CODES: Mapping[str, str] = {
    "20003": "Kunci akun Twilio (auth token) salah atau akunnya ditutup.",
    "21606": "Nomor pengirim SMS bukan milik akun ini.",
    "21608": "Akun Twilio masih akun coba-coba dan hanya mengirim ke nomor yang diverifikasi.",
    "30002": "Akun Twilio ditangguhkan, mungkin karena saldo atau tagihan.",
    "30007": "Operator menyaring pesan ini sebagai spam.",
    "63007": "Nomor pengirim WhatsApp tidak dikenal di akun ini.",
    "63013": "Pesan melanggar kebijakan WhatsApp.",
    "63020": "Akun Meta Business belum diundang atau disetujui.",
    "63027": "Template tidak ada dalam bahasa itu.",
    "63028": "Jumlah isian template tidak cocok.",
    "63038": "Batas pesan harian akun ini sudah tercapai.",
    "63041": "Template dijeda WhatsApp karena mutunya.",
    "131005": "Token Meta tidak boleh memakai nomor ini.",
    "131031": "Akun WhatsApp kita dikunci Meta.",
    "131037": "Nama tampilan nomor kita belum disetujui Meta.",
    "131042": "Tagihan akun WhatsApp di Meta belum beres.",
    "132000": "Jumlah isian template tidak cocok.",
    "132001": "Template tidak ada dalam bahasa itu, atau belum disetujui Meta.",
    "132015": "Template dijeda Meta karena mutunya.",
    "132016": "Template dimatikan Meta karena mutunya.",
    "133010": "Nomor kita belum didaftarkan di Cloud API Meta.",
    "190": "Token Meta salah atau sudah tidak berlaku.",
    "368": "Akun WhatsApp kita dibatasi Meta karena melanggar kebijakan.",
    "template_name": "Nama template di config.yml bukan nama template Meta (tulis nama/id).",
}


def explained(failure: str | None, channel: str = "") -> Explained:
    """What a class means, on that channel; a class that nobody noted or knows has words too."""
    return OF_CHANNEL.get((channel, failure or "")) or CLASSES.get(failure or "", UNKNOWN)


def meaning(failure: str | None, code: str | None, channel: str = "") -> str:
    """Why it failed: what is known of the very code, else of its class."""
    return CODES.get(code or "") or explained(failure, channel).why
