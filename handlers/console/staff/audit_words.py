"""What the audit calls what people did: the views that write, by name, and the things that they are about."""

from collections.abc import Iterator
from typing import Any

from flask import current_app, url_for

from bot.audit import LOOKED
from handlers.console.navigation import MENU, Entry
from handlers.i18n import N_, translated

ACTIONS = {
    LOOKED: N_("Melihat"),
    # logging in and accounts
    "check_log_in": N_("Masuk"),
    "check_code": N_("Masuk dengan kode"),
    "log_out": N_("Keluar"),
    "send_link": N_("Meminta tautan kata sandi"),
    "save_password": N_("Memilih kata sandi lewat tautan"),
    "password_by_link": N_("Memilih kata sandi lewat tautan"),
    "reset_link_by_operator": N_("Tautan kata sandi dibuat operator"),
    "switch": N_("Mengganti bahasa"),
    "save_account": N_("Mengubah akunnya sendiri"),
    "change_password": N_("Mengganti kata sandinya"),
    "prepare_second_factor": N_("Menyiapkan langkah kedua"),
    "confirm_second_factor": N_("Menyalakan langkah kedua"),
    "remove_second_factor": N_("Mematikan langkah kedua"),
    "end_session": N_("Mengakhiri satu sesi"),
    "end_other_sessions": N_("Mengakhiri sesi lainnya"),
    "create_account": N_("Membuat akun"),
    "change_account": N_("Mengubah akun"),
    "disable_account": N_("Menonaktifkan akun"),
    "enable_account": N_("Mengaktifkan akun"),
    "send_account_link": N_("Mengirim tautan kata sandi"),
    "remove_account_factor": N_("Mematikan langkah kedua seseorang"),
    "create_api_key": N_("Membuat kunci API"),
    "revoke_api_key": N_("Mencabut kunci API"),
    "create_subscription": N_("Menambah langganan kejadian"),
    "rotate_subscription": N_("Mengganti rahasia langganan"),
    "ping_subscription": N_("Mengirim kabar percobaan"),
    "suspend_subscription": N_("Menghentikan langganan"),
    "resume_subscription": N_("Melanjutkan langganan"),
    "end_subscription": N_("Mengakhiri langganan"),
    # messages that wait, conversations
    "decide": N_("Memutuskan pesan yang belum jelas"),
    "answer": N_("Menjawab pertanyaan"),
    "make_ticket": N_("Membuat laporan dari pesan"),
    "take": N_("Mengambil alih percakapan"),
    "reply": N_("Membalas warga"),
    "give_back": N_("Mengembalikan percakapan kepada bot"),
    "block": N_("Memblokir pengirim"),
    "unblock": N_("Mencabut blokir"),
    "preview": N_("Melihat pratinjau"),
    "preview_answer": N_("Melihat pratinjau jawaban"),
    "preview_canned": N_("Melihat pratinjau kalimat"),
    "preview_standing": N_("Melihat pratinjau jawaban baku"),
    # tickets
    "take_alarm": N_("Mengambil darurat"),
    "pass_on": N_("Meneruskan laporan"),
    "reroute": N_("Mengalihkan laporan"),
    "assign_ticket": N_("Menugaskan laporan"),
    "add_note": N_("Menulis catatan internal"),
    "move_deadline": N_("Memindahkan tenggat"),
    "end_link": N_("Mengakhiri tautan warga"),
    "set_priority": N_("Mengubah prioritas"),
    "reject": N_("Menolak laporan"),
    "take_down": N_("Mencatat laporan di loket"),
    "not_so": N_("Menutup laporan media sosial: tidak benar"),
    "withdraw": N_("Mencabut laporan"),
    "join_ticket": N_("Menggabungkan laporan"),
    "split_ticket": N_("Memisahkan laporan"),
    "here": N_("Membuka halaman laporan"),
    "bulk": N_("Mengubah beberapa laporan sekaligus"),
    "save_view": N_("Menyimpan tampilan"),
    "rename_view": N_("Mengganti nama tampilan"),
    "remove_view": N_("Menghapus tampilan"),
    "merge_incident": N_("Menggabungkan kejadian"),
    "merge_two": N_("Menggabungkan dua laporan"),
    "split_incident": N_("Memisahkan dari kejadian"),
    "judge_claim": N_("Memeriksa klaim"),
    "act_on_case": N_("Mengerjakan kasus instansi"),
    "accept_cases": N_("Menerima beberapa kasus"),
    "called": N_("Mencatat telepon ke unit"),
    # messages that went out, announcements
    "send_again": N_("Mengirim lagi satu pesan"),
    "settle": N_("Menandai pesan tidak terkirim selesai"),
    "send_all_again": N_("Mengirim lagi semua pesan dengan satu alasan"),
    "write_announcement": N_("Menulis pengumuman"),
    "start_announcement": N_("Mengirim pengumuman"),
    "stop_announcement": N_("Menghentikan pengumuman"),
    "send_report": N_("Mengirim laporan mingguan"),
    # answers, sentences, examples
    "save_answer": N_("Menyimpan jawaban baku"),
    "verify_answer": N_("Memeriksa jawaban baku"),
    "retire_answer": N_("Menghapus jawaban baku"),
    "keep_answer": N_("Menyimpan jawaban dari pertanyaan"),
    "keep_example": N_("Menyimpan contoh untuk model"),
    "remove_example": N_("Menghapus contoh untuk model"),
    "add_canned": N_("Menambah kalimat siap pakai"),
    "change_canned": N_("Mengubah kalimat siap pakai"),
    "retire_canned": N_("Menghapus kalimat siap pakai"),
    "add_samples": N_("Menambah kalimat contoh"),
    # people
    "add_shift": N_("Mencatat piket"),
    "remove_shift": N_("Menghapus piket"),
    "set_phone": N_("Mengubah nomor telepon petugas"),
    "add_servant": N_("Mendaftarkan petugas pelapor"),
    "remove_servant": N_("Menghapus petugas pelapor"),
    # citizens' data
    "take_request": N_("Mencatat permintaan data pribadi"),
    "hand_out": N_("Menyerahkan salinan data"),
    "correct_person": N_("Memperbaiki nama warga"),
    "restrict_use": N_("Membatasi penggunaan data"),
    "erase_person": N_("Menghapus data warga"),
    "refuse_request": N_("Menolak permintaan data pribadi"),
    "personal_export": N_("Salinan data oleh operator"),
    "personal_erase": N_("Penghapusan data oleh operator"),
}
# What a row may be about: its word, and the page that shows it with the name of its value there.
SUBJECTS: dict[str, tuple[str, str, str]] = {
    "ticket": (N_("Laporan"), "console.ticket", "number"),
    "conversation": (N_("Percakapan"), "console.conversation", "conversation_id"),
    "announcement": (N_("Pengumuman"), "console.announcement", "announcement_id"),
    "incident": (N_("Kejadian"), "console.incident", "incident_id"),
    "alarm": (N_("Alarm darurat"), "", ""),
    "agency": (N_("Kasus instansi"), "", ""),
    "report": (N_("Laporan mingguan"), "console.report_page", "week"),
    "claim": (N_("Pemeriksaan klaim"), "console.checks", ""),
    "message": (N_("Pesan"), "console.undelivered", ""),
    "failure": (N_("Alasan tidak terkirim"), "console.undelivered", ""),
    "handover": (N_("Pesan yang menunggu"), "", ""),
    "user": (N_("Akun"), "console.other_account", "user_id"),
    "person": (N_("Nomor telepon petugas"), "console.duty_page", ""),
    "login": (N_("Sesi"), "", ""),
    "api_key": (N_("Kunci API"), "console.api_keys", ""),
    "subscription": (N_("Langganan kejadian"), "console.subscriptions", ""),
    "view": (N_("Tampilan tersimpan"), "", ""),
    "topic": (N_("Jawaban baku"), "console.answer_page", "key"),
    "answer": (N_("Jawaban baku"), "console.answer_page", "key"),
    "example": (N_("Contoh untuk model"), "console.examples", ""),
    "reply": (N_("Kalimat siap pakai"), "console.canned_replies", ""),
    "shift": (N_("Piket"), "console.duty_page", ""),
    "servant": (N_("Petugas pelapor"), "console.servants", ""),
    "citizen": (N_("Warga"), "", ""),
    "rights": (N_("Permintaan data pribadi"), "console.personal_request", "request_id"),
    "erasure": (N_("Bukti penghapusan"), "console.erasure_receipt", "erasure_id"),
}
# These say which page: by the name of a queue, or by that of the view.
QUEUE, PAGES = "queue", ("console.{}", "console.{}_page", "console.{}_log")


def action(code: str) -> str:
    """What was done; a view without words is shown by its name."""
    return translated(ACTIONS.get(code, code.replace("_", " ")))


def subject(code: str) -> str:
    """What it was about: ``Laporan JK-...``, ``Halaman Piket``."""
    if page := _page_of(code):
        return translated("Halaman %(name)s") % {"name": translated(page.label)}
    kind, _, name = code.partition(":")
    word = translated(SUBJECTS[kind][0]) if kind in SUBJECTS else kind
    return f"{word} {name}".strip()


def link(code: str) -> str:
    """The address of what it was about; empty where there is no page for it."""
    if page := _page_of(code):
        return page.address
    kind, _, name = code.partition(":")
    _, endpoint, value = SUBJECTS.get(kind, ("", "", ""))
    is_whole = bool(name) and (name.isdecimal() or not value.endswith("_id"))
    if endpoint not in current_app.view_functions or not is_whole:
        return ""
    values: dict[str, Any] = {value: name} if value else {}
    return url_for(endpoint, **values)


def _page_of(code: str) -> Entry | None:
    """The entry of the menu that a subject such as ``queue:mine``, ``page:checks`` or ``duty`` means."""
    kind, _, name = code.partition(":")
    if kind == QUEUE:
        return next((entry for entry in _entries() if dict(entry.values).get("name") == name), None)
    endpoints = {page.format(name if kind == "page" else kind) for page in PAGES}
    return next((entry for entry in _entries() if entry.endpoint in endpoints), None)


def _entries() -> Iterator[Entry]:
    found = (entry for group in MENU for entry in group.entries)
    return (entry for entry in found if entry.endpoint in current_app.view_functions)
