"""What only the simulator has to name, beside the phrases of all pages. An unknown code is shown as it is."""

from bot.city.city import City
from bot.conversation.meaning import Decision

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
    "split": "Dipisah dari laporan warga lain",
    "kept": "Tetap seperti semula",
    "off_topic": "Di luar urusan kota",
    "opted_out": "Tidak mau dikirimi kabar",
    "opted_in": "Mau dikirimi kabar lagi",
    "data_request": "Permintaan tentang data pribadi",
    "corrected": "Laporan dibetulkan warga",
    "rated": "Warga memberi nilai",
    "erased": "Data warga dihapus",
    "blocked": "Pengirim diblokir: disimpan, tidak dijawab",
    "duty": "Petugas jaga mengambil keadaan darurat",
    "with_person": "Petugas yang memegang percakapan ini",
    "capped": "Terlalu banyak sekaligus, disimpan untuk petugas",
    "error": "Gagal diproses, diserahkan ke petugas",
}

DECISIONS = {
    Decision.ACT: "Yakin: dijalankan sendiri",
    Decision.ASK: "Ragu: bertanya dulu",
    Decision.PERSON: "Kurang yakin: dibaca petugas",
}
EMERGENCY = "Darurat: didahulukan dari segalanya"
MEDIA = {"image": "Foto", "audio": "Pesan suara"}

HELD = "Pesan ini tampak belum selesai; sistem menunggu lanjutannya sebentar."
AWAY = "Model bahasa sedang tidak terjangkau; pesan dibaca begitu ia kembali."

READING = {"new": "Tersimpan, belum dibaca", "held": "Ditahan sebentar", "done": "Sudah diproses"}


def recipients(city: City) -> dict[str, str]:
    """Whose e-mail address is whose."""
    names: dict[str, str] = {}
    for agency in city.agencies.values():
        names |= {email: f"{agency.name} ({unit})" for unit, email in agency.units.items()}
        if agency.head_email:
            names[agency.head_email] = f"Kepala {agency.name}"
        names[agency.email] = agency.name
    return names
