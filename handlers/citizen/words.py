"""What a citizen reads of a ticket's state and history, in plain words: translated where it is shown."""

from bot.status import Outcome, Status
from handlers.i18n import N_

STEPS = (N_("Diterima"), N_("Diteruskan"), N_("Dikerjakan"), N_("Selesai"))
# Ideas and praise are passed on, and that is all.
PASSED_ON = (N_("Diterima"), N_("Disampaikan"))
NOW, WAITS_FOR_YOU = N_("sekarang"), N_("menunggu Anda")
YOUR_TURN = (Status.NEEDS_INFO, Status.CLAIMED_DONE)
AGENCYS_TURN = (Status.WAITING, Status.IN_PROGRESS, Status.SCHEDULED)
REACHED = {
    Status.RECEIVED: 0,
    Status.COORDINATION: 0,
    Status.NEEDS_INFO: 1,
    Status.WAITING: 1,
    Status.REOPENED: 1,
    Status.IN_PROGRESS: 2,
    Status.SCHEDULED: 2,
    Status.CLAIMED_DONE: 3,
    Status.DONE: 3,
}
STANDS = {
    Status.RECEIVED: N_("Sudah kami terima dan segera kami teruskan ke %(agency)s."),
    Status.NEEDS_INFO: N_("%(agency)s perlu keterangan dari Anda."),
    Status.WAITING: N_("Sudah di %(agency)s, menunggu ditangani."),
    Status.COORDINATION: N_("Sedang kami carikan instansi yang tepat."),
    Status.IN_PROGRESS: N_("Sedang dikerjakan %(agency)s."),
    Status.SCHEDULED: N_("Dijadwalkan %(agency)s untuk %(day)s."),
    Status.CLAIMED_DONE: N_("Menurut %(agency)s sudah selesai. Kami menunggu pendapat Anda."),
    Status.REOPENED: N_("Dibuka kembali dan sudah kami kirim lagi ke %(agency)s."),
    Status.NOT_OURS: N_("Ini bukan urusan pemerintah provinsi."),
    Status.DUPLICATE: N_("Sama dengan laporan Anda yang lain; kabarnya ada di sana."),
    Status.REJECTED: N_("Tidak bisa kami lanjutkan. Alasannya sudah kami kirim kepada Anda."),
    Status.WITHDRAWN: N_("Sudah Anda cabut."),
}
CLOSED = {
    Outcome.CONFIRMED: N_("Selesai. Anda sendiri yang memastikannya."),
    Outcome.SILENT: N_("Kami tutup karena belum ada jawaban dari Anda."),
    Outcome.UNREACHABLE: N_("Kami tutup; pertanyaan kami tidak sampai ke Anda."),
    Outcome.DELIVERED: N_("Sudah kami sampaikan ke %(agency)s."),
    Outcome.DUPLICATE: STANDS[Status.DUPLICATE],
}
LATE = N_("Maaf, target %(day)s sudah lewat. Kami terus menagih sampai beres.")
HAPPENED = {
    "filed": N_("Laporan Anda kami terima"),
    "added": N_("Anda menambahkan keterangan"),
    "corrected": N_("Anda membetulkan laporan"),
    "forward": N_("Diteruskan ke %(agency)s"),
    "reroute": N_("Dialihkan ke %(agency)s"),
    "accept": N_("%(agency)s mulai menangani"),
    "send_back": N_("Bukan tugas %(agency)s; kami carikan instansi yang tepat"),
    "set_date": N_("%(agency)s menjadwalkan pengerjaan"),
    "ask": N_("%(agency)s bertanya kepada Anda"),
    "answer": N_("Anda menjawab"),
    "claim": N_("Selesai menurut %(agency)s"),
    "confirm": N_("Anda memastikan sudah beres"),
    "deny": N_("Menurut Anda belum beres; kami buka kembali"),
    "refuse_claim": N_("Kami periksa sendiri: belum beres, dibuka kembali"),
    "agency_overdue": N_("Lewat target: %(agency)s kami tagih"),
    "head_told": N_("Lewat target: pimpinan %(agency)s kami surati"),
    "joined": N_("Digabung dengan laporan warga lain tentang hal yang sama"),
    "split": N_("Diurus tersendiri"),
    "close_silent": N_("Ditutup karena belum ada jawaban dari Anda"),
    "close_unreachable": N_("Ditutup; pertanyaan kami tidak sampai ke Anda"),
    "delivered": N_("Disampaikan ke %(agency)s"),
    "withdraw": N_("Anda mencabut laporan"),
    "reject": N_("Tidak bisa kami lanjutkan"),
    "rated": N_("Anda memberi nilai"),
}
WENT_ON = N_("Dilanjutkan tanpa jawaban")
# What an agency wrote with these is meant for the citizen.
NOTES = ("ask", "claim")
