"""What an agency's page says: how the case stands, what to do now, and what happens next."""

from bot.agencies.links import Ended
from bot.agencies.units import FROM_UNIT, TO_UNIT
from bot.status import Move, Outcome, Status
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import Ticket

DONE: dict[str, str] = {
    Move.ACCEPT: N_("Terima kasih, laporan ini sudah Anda terima."),
    Move.SEND_BACK: N_("Laporan sudah kembali ke koordinator."),
    Move.ASK: N_("Pertanyaan Anda kami kirim kepada warga. Jawabannya akan kami e-mail."),
    Move.SET_DATE: N_("Tanggal pengerjaan tercatat dan warga kami kabari."),
    Move.CLAIM: N_("Terima kasih. Kami tanyakan kepada warga apakah sudah beres."),
    TO_UNIT: N_("Sudah diteruskan. Unitnya mendapat surat dengan tautan sendiri."),
    FROM_UNIT: N_("Laporan ini kembali di instansi."),
}
SILENTLY_DONE = N_("Tercatat. Warga tidak kami kabari: nomornya belum pasti aman.")
TWICE = N_("Ini sudah tercatat sebelumnya; tidak ada yang terkirim dua kali.")
CHANGED = N_(
    "Laporan ini berubah sejak halaman Anda dibuka. Tulisan Anda masih ada; "
    "periksa keadaannya, lalu kirim lagi bila masih perlu."
)
CLOSED_MEANWHILE = N_("Laporan ini sudah ditutup (%(standing)s); tidak ada yang perlu Anda kerjakan lagi.")
SESSION_OVER = N_("Sesi halaman ini sudah berakhir. Tulisan Anda masih ada; kirim sekali lagi.")
TOO_LARGE = N_(
    "Kiriman terlalu besar: tiap foto paling besar 5 MB, semuanya 8 MB. Belum ada yang tersimpan. "
    "Tekan tombol kembali di peramban; tulisan Anda masih ada di sana."
)
PHOTO_AGAIN = N_("Foto perlu dipilih lagi.")
WITHOUT_PHOTO = N_("Layanan ini meminta foto hasil. Pilih fotonya, atau beri tanda bahwa Anda tidak punya foto.")
NEW_LINK_SENT = N_("Tautan baru sudah kami kirim ke alamat surat instansi Anda yang terdaftar.")

# The one thing that comes first; in every other status there is nothing that has to be done now.
FIRST: dict[str, Move] = {
    Status.WAITING: Move.ACCEPT,
    Status.REOPENED: Move.ACCEPT,
    Status.IN_PROGRESS: Move.CLAIM,
    Status.SCHEDULED: Move.CLAIM,
}
STANDS: dict[str, str] = {
    Status.RECEIVED: N_("Laporan ini belum diteruskan."),
    Status.WAITING: N_("Laporan ini menunggu Anda terima."),
    Status.IN_PROGRESS: N_("Sedang Anda tangani."),
    Status.SCHEDULED: N_("Pengerjaannya sudah Anda jadwalkan."),
    Status.NEEDS_INFO: N_("Pertanyaan Anda sudah kami kirim; kami menunggu jawaban warga."),
    Status.CLAIMED_DONE: N_("Anda menyatakan selesai. Kami sedang menanyakannya kepada warga."),
    Status.REOPENED: N_("Menurut warga belum beres. Mohon ditangani lagi."),
    Status.COORDINATION: N_("Koordinator sedang mencari instansi yang tepat."),
}
REFUSED_CLAIM = N_("Setelah diperiksa koordinator, pekerjaan ini belum beres. Mohon ditangani lagi.")
CLOSED = N_("Laporan ini sudah ditutup.")
ENDED: dict[str, str] = {
    Outcome.CONFIRMED: N_("Warga memastikan sudah beres. Terima kasih."),
    Outcome.SILENT: N_("Ditutup karena warga tidak menjawab; belum dipastikan beres."),
    Outcome.UNREACHABLE: N_("Ditutup karena warga tidak terjangkau; belum dipastikan beres."),
    Outcome.DELIVERED: N_("Sudah kami sampaikan. Tidak perlu ditindaklanjuti."),
    Outcome.WITHDRAWN: N_("Warga mencabut laporan ini. Tidak perlu ditindaklanjuti."),
    Outcome.REJECTED: N_("Laporan ini ditolak. Tidak perlu ditindaklanjuti."),
}
AFTER_CLAIM = N_(
    "Sesudah Anda nyatakan selesai, kami tanya warga. Kalau menurutnya belum beres, laporan kembali kepada Anda."
)
NEXT: dict[str, str] = {
    Status.WAITING: N_("Sesudah diterima, tangani, lalu nyatakan selesai. Bukan wewenang Anda? Kembalikan."),
    Status.REOPENED: N_("Tenggatnya baru, sejak dibuka kembali. Bila selesai, warga kami tanya lagi."),
    Status.IN_PROGRESS: AFTER_CLAIM,
    Status.SCHEDULED: AFTER_CLAIM,
    Status.NEEDS_INFO: N_("Jawaban warga kami e-mail kepada Anda. Selama menunggu, tenggatnya berhenti."),
    Status.CLAIMED_DONE: N_("Kalau beres atau warga diam, laporan ditutup. Kalau belum, kembali kepada Anda."),
}
WITH_UNIT = N_("Ada di unit %(unit)s. Tenggatnya tetap berlaku untuk instansi Anda.")

# Why a link opens nothing: what happened, and what to do about it.
LINK_ENDED: dict[Ended, tuple[str, str]] = {
    Ended.UNKNOWN: (
        N_("Tautan ini tidak dikenal"),
        N_("Mungkin terpotong saat disalin. Buka lagi langsung dari suratnya, atau salin seluruh alamatnya."),
    ),
    Ended.SEALED: (
        N_("Perkara ini tersegel"),
        N_("Perkara ini tersegel dan tidak dibuka lewat tautan. Masuk dengan akun Anda."),
    ),
    Ended.SENT_BACK: (
        N_("Tautan sudah ditutup"),
        N_("Laporan ini sudah Anda kembalikan ke koordinator. Tidak ada lagi yang perlu Anda kerjakan."),
    ),
    Ended.TAKEN_BACK: (
        N_("Tautan sudah ditutup"),
        N_("Laporan ini tidak lagi di unit Anda; instansi Anda yang menanganinya. Tidak perlu dikerjakan lagi."),
    ),
    Ended.ELSEWHERE: (
        N_("Tautan sudah ditutup"),
        N_("Laporan ini tidak lagi di instansi Anda. Tidak ada lagi yang perlu Anda kerjakan."),
    ),
    Ended.CLOSED: (
        N_("Tautan sudah ditutup"),
        N_("Tautan ini tidak berlaku lagi dan laporannya sudah ditutup. Tidak ada lagi yang perlu Anda kerjakan."),
    ),
    Ended.RENEWABLE: (
        N_("Tautan ini sudah tidak berlaku"),
        N_("Tautan hanya berlaku untuk waktu tertentu. Laporannya masih di instansi Anda; minta tautan baru."),
    ),
}


def stands(ticket: Ticket, *, refused_claim: bool) -> str:
    """How the case stands, to whoever works on it."""
    if ticket.outcome in ENDED:
        return translated(ENDED[ticket.outcome])
    if ticket.status == Status.REOPENED and refused_claim:
        return translated(REFUSED_CLAIM)
    return translated(STANDS.get(ticket.status, CLOSED))


def happens_next(ticket: Ticket) -> str:
    """What comes of the case's present status; empty where nothing does."""
    return translated(NEXT[ticket.status]) if ticket.status in NEXT else ""


def changed(ticket: Ticket, say: Phrases) -> str:
    """Why a form that was filled in for an earlier status is not carried out."""
    if ticket.closed_at is None:
        return translated(CHANGED)
    return translated(CLOSED_MEANWHILE) % {"standing": say.standing(ticket)}
