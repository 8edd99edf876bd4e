"""What the pages about personal data call things."""

from bot.personal import rights
from handlers.i18n import N_

KINDS = {
    rights.ACCESS: N_("Salinan data"),
    rights.CORRECTION: N_("Perbaikan data"),
    rights.ERASURE: N_("Penghapusan data"),
    rights.RESTRICTION: N_("Pembatasan penggunaan"),
    rights.WITHDRAWAL: N_("Penarikan persetujuan"),
}
VIA = {"message": N_("lewat pesan"), "desk": N_("di loket atau telepon"), "link": N_("lewat tautan")}
OUTCOMES = {
    rights.DONE: N_("selesai"),
    rights.REFUSED: N_("ditolak"),
    rights.NOT_FETCHED: N_("tautan tidak dipakai"),
}
REASONS = {
    "identity": N_("Identitas pemohon tidak bisa dipastikan"),
    "law": N_("Undang-undang mewajibkan data ini disimpan"),
    "withdrawn": N_("Pemohon membatalkan permintaannya"),
}
EXPLAINED = {
    rights.ACCESS: N_("Unduh berkasnya dan serahkan kepada warga. Hanya bisa satu kali dan tercatat."),
    rights.CORRECTION: N_("Tulis nama yang benar. Isi dan tempat laporan diperbaiki di halaman laporannya."),
    rights.ERASURE: N_("Semua data warga ini dihapus dan laporan terbuka dicabut. Tidak bisa dibatalkan."),
    rights.RESTRICTION: N_(
        "Tanpa kabar, tanpa nama ke instansi, tidak untuk melatih sistem. Laporan tetap diurus."
    ),
    rights.WITHDRAWAL: N_(
        "Tanpa kabar, tanpa nama ke instansi, tidak untuk melatih sistem. Laporan tetap diurus."
    ),
}
SUBTITLES = {rights.ERASURE: N_("Dua orang: yang mencatat dan yang menghapus harus berbeda.")}
