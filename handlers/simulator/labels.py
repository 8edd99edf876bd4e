"""What the simulator calls things, for people who watch. An unknown code is shown as it is."""

from bot.city import City
from bot.followups_plan import Kind

OUTCOMES = {
    "filed": "Laporan dibuat",
    "answered": "Langsung dijawab",
    "asked": "Ditanya balik",
    "person": "Diserahkan ke petugas",
    "emergency": "Darurat, diteruskan saat itu juga",
    "added": "Ditambahkan ke laporan",
    "attached": "Disimpan bersama laporan",
    "confirmed": "Warga membenarkan: selesai",
    "reopened": "Dibuka kembali",
    "withdrawn": "Laporan dicabut",
    "kept": "Laporan tetap berjalan",
    "off_topic": "Di luar urusan kota",
    "opted_out": "Tidak mau dikirimi kabar",
    "opted_in": "Mau dikirimi kabar lagi",
    "data_request": "Permintaan tentang data pribadi",
    "with_person": "Petugas yang memegang percakapan ini",
    "error": "Gagal diproses, diserahkan ke petugas",
}

READING = {"new": "Tersimpan, belum dibaca", "held": "Ditahan sebentar", "done": "Sudah diproses"}

SENDING = {
    "waiting": "menunggu dikirim",
    "sending": "sedang dikirim",
    "accepted": "diterima penyedia",
    "delivered": "sampai",
    "read": "dibaca",
    "failed": "gagal",
    "in_doubt": "belum pasti terkirim",
    "cancelled": "dibatalkan",
}

FOLLOW_UPS: dict[str, str] = {
    Kind.FORWARD: "Diteruskan ke instansi",
    Kind.AGENCY_REMINDER: "Instansi diingatkan menjelang tenggat",
    Kind.AGENCY_OVERDUE: "Instansi ditegur bila lewat tenggat",
    Kind.CITIZEN_PROGRESS: "Warga dikabari perkembangannya",
    Kind.CITIZEN_CONFIRM: "Warga ditanya: sudah beres?",
    Kind.CITIZEN_CONFIRM_AGAIN: "Warga ditanya sekali lagi",
    Kind.CLOSE_SILENT: "Ditutup bila warga diam",
    Kind.AFTER_REOPENING: "Warga ditanya setelah dibuka kembali",
    Kind.ASK_FOR_INFO_AGAIN: "Warga diingatkan soal pertanyaan instansi",
    Kind.GO_ON_WITHOUT_INFO: "Dilanjutkan tanpa jawaban warga",
}

EVENTS = {
    "filed": "Laporan dibuat",
    "forward": "Diteruskan ke instansi",
    "accept": "Diterima instansi",
    "send_back": "Dikembalikan: bukan wewenang",
    "ask": "Instansi bertanya ke warga",
    "answer": "Dilanjutkan dengan jawaban warga",
    "set_date": "Dijadwalkan",
    "claim": "Instansi: sudah selesai",
    "confirm": "Warga: sudah beres",
    "deny": "Warga: belum beres",
    "close_silent": "Ditutup karena warga diam",
    "close_unreachable": "Ditutup, warga tidak terjangkau",
    "withdraw": "Dicabut warga",
    "reject": "Ditolak",
    "delivered": "Disampaikan ke instansi",
    "added": "Keterangan ditambahkan",
    "agency_reminded": "Instansi diingatkan",
    "agency_overdue": "Instansi ditegur: lewat tenggat",
    "not_sent_opted_out": "Tidak dikabari (warga tidak mau)",
    "follow_confirm": "Warga ditanya: sudah beres?",
    "follow_confirm_again": "Warga ditanya sekali lagi",
    "follow_closed_silent": "Warga dikabari: ditutup",
    "follow_progress": "Warga dikabari perkembangannya",
    "follow_after_reopening": "Warga ditanya setelah dibuka kembali",
    "follow_question": "Pertanyaan instansi dikirim ke warga",
    "follow_question_again": "Pertanyaan instansi diingatkan",
    "follow_scheduled": "Warga dikabari jadwalnya",
}

# Steps whose note says something to a reader.
NOTED = frozenset({"ask", "claim", "send_back", "set_date", "deny", "added", "answer"})

REASONS = {
    "question": "pertanyaan tanpa jawaban baku",
    "unsure": "sistem tidak yakin maksudnya",
    "person": "warga minta petugas",
    "no_understanding": "tidak ada model bahasa",
    "media": "hanya foto atau berkas",
    "data": "permintaan tentang data pribadi",
    "error": "gagal diproses",
}

ACTORS = {"citizen": "Warga", "bot": "Sistem", "clock": "Jadwal"}


def actor(code: str, city: City) -> str:
    """Who did something to a ticket, by name."""
    kind, _, name = code.partition(":")
    if kind == "agency":
        return city.agency_name(name)
    return "Koordinator" if kind == "user" else ACTORS.get(kind, kind)


def recipients(city: City) -> dict[str, str]:
    """Whose e-mail address is whose."""
    names: dict[str, str] = {}
    for agency in city.agencies.values():
        names |= {email: f"{agency.name} ({unit})" for unit, email in agency.units.items()}
        if agency.head_email:
            names[agency.head_email] = f"Kepala {agency.name}"
        names[agency.email] = agency.name
    return names
