"""How the pages say in Indonesian what the tables hold as codes, times and statuses."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot import messages
from bot.city import City
from bot.privacy import mask
from bot.status import LABELS, Outcome, Status, is_open
from storage.models import Citizen, Ticket, TicketEvent

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
MONTHS_IN_FULL = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
                  "Oktober", "November", "Desember")  # fmt: skip
NUMBERLIKE = re.compile(r"(?:\d\W*){7}")
HAPPENED = {
    "filed": "Laporan masuk",
    "added": "Warga menambahkan keterangan",
    "forward": "Diteruskan ke instansi",
    "accept": "Diterima untuk ditangani",
    "send_back": "Dikembalikan: bukan wewenang",
    "ask": "Bertanya kepada warga",
    "answer": "Warga menjawab",
    "set_date": "Tanggal pengerjaan ditetapkan",
    "claim": "Dinyatakan selesai",
    "confirm": "Warga memastikan sudah beres",
    "deny": "Menurut warga belum beres",
    "refuse_claim": "Koordinator memeriksa: belum beres",
    "claim_checked": "Klaim diperiksa koordinator",
    "close_silent": "Ditutup: warga tidak menjawab",
    "close_unreachable": "Ditutup: warga tidak terjangkau",
    "withdraw": "Dicabut warga",
    "reject": "Ditolak",
    "delivered": "Disampaikan kepada instansi",
    "agency_reminded": "Instansi diingatkan soal tenggat",
    "agency_overdue": "Instansi ditegur: lewat tenggat",
    "head_told": "Pimpinan instansi disurati",
    "coordinators_told": "Koordinator diingatkan",
    "on_weekly_list": "Masuk daftar mingguan pimpinan",
    "reminder_dropped": "Pengingat dilewati: tenggatnya sudah lewat",
    "not_sent_enough": "Kabar tidak dikirim: warga sudah cukup dikabari pekan ini",
    "not_sent_overtaken": "Kabar tidak dikirim: sudah ada yang lebih baru",
    "not_sent_blocked": "Kabar tidak dikirim: pengirim diblokir",
    "not_sent_opted_out": "Kabar tidak dikirim: warga tidak ingin dikabari",
    "follow_claim_refused": "Warga dikabari: klaim belum beres",
    "follow_confirm": "Warga ditanya: sudah beres?",
    "follow_confirm_again": "Warga ditanya sekali lagi",
    "follow_closed_silent": "Warga dikabari: laporan ditutup",
    "follow_progress": "Warga dikabari: masih ditangani",
    "follow_waiting": "Warga dikabari: belum ada kabar dari instansi",
    "follow_escalated": "Warga dikabari: pimpinan instansi disurati",
    "follow_coordination": "Warga dikabari: masih di koordinator",
    "follow_coordination_late": "Warga dikabari: lewat target di koordinator",
    "follow_digest": "Warga dikabari tentang beberapa laporan",
    "follow_after_reopening": "Warga ditanya setelah dibuka kembali",
    "follow_question": "Pertanyaan dikirim kepada warga",
    "follow_question_again": "Warga diingatkan soal pertanyaan",
    "follow_scheduled": "Warga dikabari: tanggal pengerjaan",
    "follow_passed_on": "Warga dikabari: diurus instansi lain",
    "told_in_reply": "Kabar tidak dikirim: warga sudah membacanya di jawaban kami",
    "follow_taken": "Warga dikabari: petugas piket menangani",
    "follow_recheck": "Warga ditanya: sudah berhasil?",
    "corrected": "Warga membetulkan laporannya",
    "sealed": "Laporan disegel",
    "rated": "Warga memberi nilai",
    "safe_contact": "Warga menyebut cara menghubungi yang aman",
    "called": "Unitnya sudah ditelepon",
    "joined": "Digabung dengan laporan warga lain",
    "split": "Dipisahkan dari laporan warga lain",
    "leads": "Mewakili laporan warga lain",
    "duplicate": "Sama dengan laporan warga itu sendiri",
    "not_duplicate": "Menurut warga ini hal lain",
    "follow_joined": "Warga dikabari: ditindaklanjuti bersama",
    "follow_split": "Warga dikabari: diurus tersendiri",
    "not_sent_erased": "Kabar tidak dikirim: data warga sudah dihapus",
    "seen": "Kasus dibuka",
    "acted": "Langkah dikerjakan",
    "not_sent_sealed": "Kabar tidak dikirim: belum tentu aman bagi warga",
    "alarm_sent": "Petugas piket dialarm",
    "alarm_taken": "Darurat diambil petugas piket",
    "follow_announcement": "Warga dikirimi pengumuman",
}
PLANNED = {
    "forward": "Diteruskan ke instansi",
    "agency_reminder": "Ingatkan instansi soal tenggat",
    "agency_overdue": "Tegur instansi: lewat tenggat",
    "head_overdue": "Surati pimpinan instansi",
    "coordinators_overdue": "Ingatkan koordinator",
    "coordination_reminder": "Ingatkan koordinator: belum diteruskan",
    "leadership_list": "Masuk daftar mingguan pimpinan",
    "citizen_progress": "Kabari warga: masih ditangani",
    "citizen_confirm": "Tanya warga: sudah beres?",
    "citizen_confirm_again": "Tanya warga sekali lagi",
    "close_silent": "Tutup bila warga tidak menjawab",
    "after_reopening": "Tanya warga: sudah ada yang datang?",
    "ask_for_info_again": "Ingatkan warga soal pertanyaan instansi",
    "go_on_without_info": "Lanjutkan tanpa jawaban warga",
}
REASONS = {
    "question": "Pertanyaan",
    "unsure": "Belum jelas",
    "person": "Minta bicara dengan petugas",
    "no_understanding": "Belum terbaca sistem",
    "media": "Foto atau berkas",
    "voice": "Pesan suara",
    "english": "Bahasa Inggris",
    "hold": "Dipegang petugas",
    "data": "Permintaan tentang data pribadi",
    "flood": "Terlalu banyak pesan sekaligus",
    "error": "Gagal diproses sistem",
}
DELIVERY = {
    "waiting": "menunggu dikirim",
    "sending": "sedang dikirim",
    "accepted": "terkirim",
    "delivered": "sampai",
    "read": "dibaca",
    "failed": "gagal terkirim",
    "in_doubt": "belum pasti terkirim",
    "cancelled": "dibatalkan",
}
# Why a message was not sent after all.
WITHHELD = {
    "trial": "tidak dikirim (mode uji)",
    "opted_out": "tidak dikirim (warga tidak ingin dikabari)",
}
STANDING = {
    Outcome.CONFIRMED: "Selesai, dipastikan warga",
    Outcome.SILENT: "Selesai, tanpa jawaban warga",
    Outcome.UNREACHABLE: "Selesai, warga tidak terjangkau",
    Outcome.WITHDRAWN: "Dicabut warga",
    Outcome.REJECTED: "Ditolak",
    Outcome.DUPLICATE: "Duplikat laporan warga ini sebelumnya",
    Outcome.DELIVERED: "Selesai, sudah disampaikan",
}
CHANNELS = {
    **{name: manners.label for name, manners in messages.CHANNELS.items()},
    messages.EMAIL: "E-mail",
    messages.WEBHOOK: "Webhook",
}
LOOKS = {
    Status.COORDINATION: "warn",
    Status.NEEDS_INFO: "warn",
    Status.REOPENED: "warn",
    Status.IN_PROGRESS: "doing",
    Status.SCHEDULED: "doing",
    Status.CLAIMED_DONE: "doing",
}
WHO = {"citizen": "Warga", "agency": "Instansi", "user": "Koordinator"}


def can_be_late(status: str) -> bool:
    """Whether an agency's deadline still runs: from its claim on it is the citizen's turn."""
    return is_open(status) and status != Status.CLAIMED_DONE


@dataclass(frozen=True)
class Phrases:
    """The words for one page: one city, one present moment."""

    city: City
    now: datetime

    def moment(self, at: datetime) -> str:
        """Date and time as people here read it: ``24 Nov 2026, 14.05``."""
        return f"{self.day(at)}, {at.astimezone(self.city.zone):%H.%M}"

    def day(self, at: datetime) -> str:
        local = self.local_date(at)
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}"

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.city.zone).date()

    def is_late(self, ticket: Ticket) -> bool:
        return can_be_late(ticket.status) and ticket.solve_by < self.now

    def still_runs(self, ticket: Ticket) -> bool:
        return can_be_late(ticket.status)

    def left(self, until: datetime) -> str:
        """How far off a deadline is, in local days."""
        days = (self.local_date(until) - self.local_date(self.now)).days
        if until < self.now:
            return f"lewat {-days} hari" if days else "lewat hari ini"
        return {0: "hari ini", 1: "besok"}.get(days, f"{days} hari lagi")

    def status(self, code: str) -> str:
        return LABELS[Status(code)]

    def standing(self, ticket: Ticket) -> str:
        """The status, and of a closed ticket how it came to be closed: the outcomes are never told as one."""
        outcome = STANDING.get(Outcome(ticket.outcome)) if ticket.closed_at and ticket.outcome else None
        return outcome or self.status(ticket.status)

    def outcome(self, code: str) -> str:
        """How closed tickets of one kind came to be closed."""
        return STANDING[Outcome(code)]

    def look(self, code: str) -> str:
        """The style of a status badge."""
        return LOOKS.get(Status(code), "")

    def service(self, code: str) -> str:
        service = self.city.services.get(code)
        return service.name if service else code

    def agency(self, code: str) -> str:
        return self.city.agency_name(code)

    def actor(self, actor: str) -> str:
        kind, _, who = actor.partition(":")
        return self.agency(who) if kind == "agency" else WHO.get(kind, "Sistem")

    def event(self, event: TicketEvent) -> str:
        if event.kind == "answer" and event.actor != "citizen":
            return "Dilanjutkan tanpa jawaban warga"
        return HAPPENED.get(event.kind, event.kind.replace("_", " "))

    def note(self, event: TicketEvent, *, masked: bool = True) -> str:
        """What was said with an event; numbers that name a person are masked for agencies."""
        note = event.note or ""
        if event.kind == "forward":
            return self.agency(note) if note else ""
        if event.kind == "set_date":
            return self._date_note(note)
        if event.kind == "rated":
            return self.rating(event.data.get("stars"))
        if event.kind == "corrected" and "to" in event.data:
            said = f": {mask(note) if masked else note}" if note else ""
            return f"{self.service(event.data['from'])} → {self.service(event.data['to'])}{said}"
        if event.kind == "safe_contact" and masked:
            return ""  # how somebody is safely reached is not for an agency
        return mask(note) if masked else note

    def rating(self, stars: int | None) -> str:
        """How content the citizen is. 0: asked, and not answered."""
        return f"{stars} dari 5" if stars else "Sudah ditanyakan, belum dijawab"

    def name_of(self, citizen: Citizen) -> str:
        """The profile name; a number in its place is nobody's business."""
        name = mask(citizen.name or "")
        return "Tanpa nama" if not name or NUMBERLIKE.search(name) else name

    def reporter(self, ticket: Ticket) -> str:
        """Who reported it, as an agency may know it: never by number, and only where they do not mind."""
        if ticket.sealed or ticket.citizen.hide_name:
            return "dirahasiakan"
        return self.name_of(ticket.citizen)

    def _date_note(self, note: str) -> str:
        try:
            return self.day(datetime.fromisoformat(note).replace(hour=12, tzinfo=self.city.zone))
        except ValueError:
            return note

    def reason(self, code: str) -> str:
        return REASONS.get(code, code)

    def planned(self, kind: str) -> str:
        return PLANNED.get(kind, kind)

    def delivery(self, state: str, error: str | None = None) -> str:
        """How far a message came; with the provider's code where it failed, with the reason where we held it."""
        if state == "cancelled" and error in WITHHELD:
            return WITHHELD[error]
        said = DELIVERY.get(state, state)
        return f"{said} ({error})" if state == "failed" and error else said

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount as people here write it: ``Rp 1.234,50``; no cents where there are none."""
        whole = f"{amount:,.2f}" if amount % 1 else f"{amount:,.0f}"
        swapped = whole.translate(str.maketrans(",.", ".,"))
        return f"{'Rp' if currency == 'IDR' else currency} {swapped}"

    def channel(self, code: str) -> str:
        return CHANNELS.get(code, code)
