"""How the pages say what ``bot.accounts.accounts`` and ``bot.accounts.roles`` know as codes."""

from bot.accounts.roles import ADMINISTRATOR, AGENCY_OFFICER, COORDINATOR, LEADERSHIP, SEALED_OFFICER
from handlers.i18n import N_, translated

ROLE_NAMES = {
    COORDINATOR: N_("Koordinator"),
    SEALED_OFFICER: N_("Petugas kasus tersegel"),
    ADMINISTRATOR: N_("Administrator"),
    LEADERSHIP: N_("Pimpinan (hanya membaca)"),
    AGENCY_OFFICER: N_("Petugas instansi"),
}
ROLE_MEANS = {
    COORDINATOR: N_("menjawab warga, meneruskan laporan, dan memantau seluruh kota"),
    SEALED_OFFICER: N_("seperti koordinator, dan juga menangani kasus tersegel"),
    ADMINISTRATOR: N_("seperti koordinator, dan juga mengatur akun, piket, dan instansi"),
    LEADERSHIP: N_("melihat semuanya kecuali kasus tersegel, tanpa mengubah apa pun"),
    AGENCY_OFFICER: N_("hanya menangani laporan instansinya sendiri"),
}
PROBLEMS = {
    "short": N_("Kata sandi sedikitnya 10 karakter."),
    "long": N_("Kata sandi paling panjang 200 karakter."),
    "common": N_("Kata sandi ini terlalu mudah ditebak. Rangkai tiga atau empat kata yang tidak berhubungan."),
    "role": N_("Pilih salah satu peran."),
    "agency": N_("Petugas instansi perlu satu instansi; peran lain tidak punya instansi."),
    "no_agency": N_("Instansi itu tidak ada di kota ini."),
    "email": N_("Ini bukan alamat e-mail. Periksa lagi tulisannya."),
    "taken": N_("Alamat e-mail ini sudah punya akun."),
    "name": N_("Nama paling panjang 80 huruf."),
    "self": N_("Akun sendiri tidak bisa dinonaktifkan atau diganti perannya. Minta administrator lain."),
    "last": N_("Ini administrator terakhir. Jadikan dulu orang lain administrator."),
    "disabled": N_("Akun ini nonaktif. Aktifkan dulu."),
    "differs": N_("Kedua kata sandi tidak sama. Ketik lagi."),
    "wrong": N_("Kata sandi Anda yang sekarang salah."),
    "code": N_("Kode itu tidak cocok. Periksa jam di ponsel, lalu ketik kode yang sedang tampil."),
    "locked": N_("Terlalu banyak percobaan. Coba lagi 15 menit lagi."),
    "language": N_("Pilih salah satu bahasa."),
}


def role_name(role: str) -> str:
    """What a role is called; an unknown one by its code."""
    return translated(ROLE_NAMES[role]) if role in ROLE_NAMES else role


def role_means(role: str) -> str:
    """What somebody with a role does."""
    return translated(ROLE_MEANS[role])


def problem(code: str) -> str:
    """Why an account, a password or a code was not taken."""
    return translated(PROBLEMS[code])
