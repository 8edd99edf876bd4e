# ruff: noqa: E501 - a table
"""Pairs of reports as neighbours write them, all invented: the same thing, or something that only looks like it.

``TUNED`` were looked at while the rules were made, ``UNSEEN`` were written then and led to one correction, and
``HELD_BACK`` were written last and changed nothing any more.
A report is (story, place, kelurahan, pin or None).
"""

from dataclasses import dataclass

from bot.incidents.likeness import Told

Pin = tuple[float, float]
Words = tuple[str, str | None, str | None, Pin | None]


@dataclass(frozen=True)
class Pair:
    """Two reports of one service."""

    service: str
    one: Words
    other: Words
    same: bool
    why: str

    def told(self) -> tuple[Told, Told]:
        return _told(self.one), _told(self.other)


def _told(words: Words) -> Told:
    story, place, area, pin = words
    return Told(story, place, area, *(pin or (None, None)))


def same(service: str, one: Words, other: Words, why: str) -> Pair:
    return Pair(service, one, other, True, why)


def differ(service: str, one: Words, other: Words, why: str) -> Pair:
    return Pair(service, one, other, False, why)


CP, KM, TB, PR = "Cempaka Putih Barat", "Kampung Melayu", "Tebet Timur", "Palmerah"

TUNED = (
    same("jalan_rusak",
         ("jalan di depan SDN 05 Cempaka Putih bolong gede banget, ada ibu2 jatoh", "depan SDN 05 Cempaka Putih", CP, None),
         ("Lubang besar di jln depan SD 05 Cempaka Putih, mohon ditambal", "jln depan SD 05 Cempaka Putih", CP, None),
         "one school, two spellings"),
    same("jalan_rusak",
         ("ada lubang dalem bgt", "Jl. Kemuning Raya depan Alfamart", TB, None),
         ("jalan berlubang dpn alfamart kemuning raya, bahaya kalo malem", "dpn alfamart kemuning raya", TB, None),
         "one shop"),
    same("jalan_rusak", ("jalan bolong di sini pak", None, None, (-6.18070, 106.86860)),
         ("lubang di jalan, dalamnya ada sejengkal", None, None, (-6.18084, 106.86870)), "pins 19 m apart"),
    same("jalan_rusak", ("aspal ambles dekat halte", "dekat halte Pasar Jatinegara", KM, (-6.21500, 106.87000)),
         ("jalan amblas pas di halte jatinegara", "halte jatinegara", KM, (-6.21520, 106.87010)), "pins and words"),
    same("banjir", ("banjir sepinggang di underpass Mampang", "underpass Mampang", "Mampang Prapatan", None),
         ("underpass mampang kerendem, mobil ga bisa lewat", "underpass mampang", "Mampang Prapatan", None),
         "one underpass"),
    same("banjir", ("air masuk rumah, udah selutut", None, KM, (-6.22460, 106.86600)),
         ("banjir di Kampung Melayu kecil, tolong perahu karet", "Kampung Melayu Kecil", KM, (-6.22610, 106.86750)),
         "one flood, 230 m"),
    same("banjir", ("banjir lagi di gang Arus", "Gang Arus RT 03", "Cawang", None),
         ("gg arus banjir pak, rt 5 juga kena", "gg arus rt 5", "Cawang", None), "one lane, two RTs"),
    same("banjir", ("genangan tinggi di Jl Bungur Besar dekat rel", "Jl Bungur Besar dekat rel", "Gunung Sahari Selatan", None),
         ("Jalan Bungur Besar banjir sebetis", "Jalan Bungur Besar", "Gunung Sahari Selatan", None), "one street"),
    same("lampu_jalan", ("PJU mati di jalan Bendi 3 nomor tiang 12", "jalan Bendi 3 tiang 12", "Tanah Kusir", None),
         ("lampu jalan tiang 12 jl bendi 3 padam sudah seminggu", "tiang 12 jl bendi 3", "Tanah Kusir", None),
         "one pole"),
    same("lampu_jalan", ("lampu jalan depan masjid Al Hidayah mati", "depan masjid Al Hidayah Jl Sawo", PR, None),
         ("gelap pak, lampu dpn mesjid al-hidayah jalan sawo padam", "dpn mesjid al-hidayah jalan sawo", PR, None),
         "one mosque"),
    same("listrik", ("mati lampu se RW dari jam 3", "Jl Kramat Sentiong", "Kramat", None),
         ("listrik padam di kramat sentiong, kapan nyala?", "kramat sentiong", "Kramat", None), "one outage"),
    same("listrik", ("PLN mati", "Komplek Bea Cukai blok C", "Cipinang Muara", None),
         ("listrik mati dari subuh, komp bea cukai", "komp bea cukai", "Cipinang Muara", None), "one estate"),
    same("air_bersih", ("air PAM gak keluar 2 hari", "Rawa Badak Utara gang 7", "Rawa Badak Utara", None),
         ("PAM mati di rawa badak utara", "gang 7 rawa badak utara", "Rawa Badak Utara", None), "one pipe"),
    same("pohon", ("pohon tumbang nutup jalan", "Jl Dharmawangsa depan kampus", "Pulo", None),
         ("ada pohon roboh di jalan dharmawangsa depan kampus, macet", "jalan dharmawangsa depan kampus", "Pulo", None),
         "one tree"),
    same("pohon", ("pohon mau tumbang, miring ke kabel", None, None, (-6.24100, 106.79800)),
         ("dahan pohon patah nyangkut di kabel, pohonnya miring", None, None, (-6.24110, 106.79815)), "pins 20 m"),
    same("sampah", ("sampah numpuk di TPS dekat pasar Mencos", "TPS dekat pasar Mencos", "Karet", None),
         ("tps psr mencos sampah tidak diangkut seminggu", "tps psr mencos", "Karet", None), "one dump"),
    same("sampah", ("tumpukan sampah di kolong flyover Klender", "kolong flyover Klender", "Jatinegara", None),
         ("kolong flyover klender banyak sampah numpuk bau", "kolong flyover klender", "Jatinegara", None), "under one bridge"),
    same("rambu_lalu_lintas", ("lampu merah perempatan Coca Cola mati semua", "perempatan Coca Cola", "Cempaka Putih Timur", None),
         ("lampu lalin mati di perempatan coca cola", "perempatan coca cola", "Cempaka Putih Timur", None), "one crossing"),
    same("saluran_air", ("got mampet depan Puskesmas Johar Baru", "depan Puskesmas Johar Baru", "Johar Baru", None),
         ("selokan tersumbat dpn puskesmas johar baru bau bgt", "dpn puskesmas johar baru", "Johar Baru", None),
         "one ditch"),
    same("parkir_liar", ("parkir liar depan Stasiun Tebet pintu timur", "depan Stasiun Tebet pintu timur", TB, None),
         ("ojek & mobil parkir sembarangan di dpn stasiun tebet pintu timur", "dpn stasiun tebet pintu timur", TB, None),
         "one gate"),
    same("kebakaran", ("kebakaran di pasar Gembrong", "pasar Gembrong", "Cipinang Besar Utara", None),
         ("tolong pasar gembrong kebakar", "pasar gembrong", "Cipinang Besar Utara", None), "one fire"),
    same("trotoar_jpo", ("atap JPO Pasar Minggu bolong", "JPO Pasar Minggu", "Pasar Minggu", (-6.28400, 106.84400)),
         ("jpo ps minggu atapnya lubang, bocor kalau hujan", "jpo ps minggu", "Pasar Minggu", (-6.28410, 106.84420)),
         "one bridge"),
    differ("jalan_rusak", ("lubang di jalan", None, None, (-6.18070, 106.86860)),
           ("aspal mengelupas di tikungan", None, None, (-6.18142, 106.86860)), "potholes 80 m apart"),
    differ("jalan_rusak", ("jalan bolong depan SDN 05 Cempaka Putih", "depan SDN 05 Cempaka Putih", CP, None),
           ("jalan bolong depan SDN 07 Cempaka Putih", "depan SDN 07 Cempaka Putih", CP, None), "another school"),
    differ("jalan_rusak", ("jalan rusak", "Jalan Kemuning", TB, None),
           ("jalan rusak banyak lubang", "Jalan Kemuning", TB, None), "a street is no spot"),
    differ("jalan_rusak", ("lubang besar", "Jl Kemuning depan Alfamart", TB, None),
           ("lubang besar", "Jl Kemuning depan masjid Nurul Iman", TB, None), "two ends of a street"),
    differ("jalan_rusak", ("jalan berlubang di Jl Raya Bogor arah Cibinong KM 24", "Jl Raya Bogor KM 24", "Ciracas", None),
           ("jalan berlubang di Jl Raya Bogor arah Cililitan KM 24", "Jl Raya Bogor KM 24", "Ciracas", None),
           "the other carriageway"),
    differ("jalan_rusak", ("jalan bolong km 24", "Jl Raya Bogor km 24 dekat pabrik", "Ciracas", None),
           ("jalan bolong km 26", "Jl Raya Bogor km 26 dekat pabrik", "Ciracas", None), "two kilometres further"),
    differ("jalan_rusak", ("lubang depan Indomaret", "depan Indomaret", None, None),
           ("lubang depan Indomaret", "depan Indomaret", None, None), "there are a thousand Indomarets"),
    differ("lampu_jalan", ("lampu jalan mati", "Gang Mawar RT 03 RW 02", PR, None),
           ("lampu jalan mati", "Gang Mawar RT 07 RW 02", PR, None), "another RT"),
    differ("lampu_jalan", ("PJU padam tiang 12", "jl Bendi 3 tiang 12", "Tanah Kusir", None),
           ("PJU padam tiang 21", "jl Bendi 3 tiang 21", "Tanah Kusir", None), "another pole"),
    differ("lampu_jalan", ("lampu depan masjid mati", "depan masjid Al Ikhlas", PR, None),
           ("lampu belakang masjid mati", "belakang masjid Al Ikhlas", PR, None), "the other side"),
    differ("banjir", ("banjir di Cempaka Putih Barat", "Cempaka Putih Barat", "Cempaka Putih Barat", None),
           ("banjir di Cempaka Putih Timur", "Cempaka Putih Timur", "Cempaka Putih Timur", None), "another kelurahan"),
    differ("banjir", ("banjir di RW 03", "Jl Kebon Pala RW 03", KM, None),
           ("banjir di RW 08", "Jl Kebon Pala RW 08", KM, None), "another RW"),
    differ("banjir", ("banjir di underpass", None, None, (-6.2246, 106.8660)),
           ("banjir di underpass", None, None, (-6.2406, 106.8660)), "1.8 km apart"),
    differ("banjir", ("banjir di underpass Mampang", "underpass Mampang", "Mampang Prapatan", None),
           ("banjir di underpass Matraman", "underpass Matraman", "Matraman", None), "another underpass"),
    differ("listrik", ("mati lampu", "Komplek Bea Cukai", "Cipinang Muara", None),
           ("mati lampu", "Komplek Kodam", "Cipinang Muara", None), "another estate"),
    differ("listrik", ("listrik mati", "Jl Haji Ten", "Rawamangun", None),
           ("listrik mati", "Jl Pemuda", "Rawamangun", None), "another street"),
    differ("pohon", ("pohon tumbang", "Jl Dharmawangsa 6 nomor 10", "Pulo", None),
           ("pohon tumbang", "Jl Dharmawangsa 9 nomor 10", "Pulo", None), "another street of that name"),
    differ("sampah", ("sampah menumpuk", "TPS dekat pasar Mencos", "Karet", None),
           ("sampah menumpuk", "TPS dekat stasiun Karet", "Karet", None), "another dump"),
    differ("sampah", ("sampah tidak diangkut di blok A", "Perumahan Taman Harapan blok A", "Cilincing", None),
           ("sampah tidak diangkut di blok F", "Perumahan Taman Harapan blok F", "Cilincing", None), "another block"),
    differ("saluran_air", ("got mampet", "Gang Kenari I", "Kenari", None), ("got mampet", "Gang Kenari II", "Kenari", None),
           "the next lane"),
    differ("parkir_liar", ("parkir liar", "Stasiun Tebet sisi timur", TB, None),
           ("parkir liar", "Stasiun Tebet sisi barat", TB, None), "the other side of the rails"),
    differ("trotoar_jpo", ("trotoar rusak di tangga JPO", "JPO Halte Benhil", "Bendungan Hilir", (-6.21600, 106.81700)),
           ("lift JPO mati", "JPO Halte Semanggi", "Karet Semanggi", (-6.21900, 106.81500)), "another bridge"),
    differ("kebakaran", ("kebakaran rumah", "Gang Sukun RT 2", "Duren Sawit", None),
           ("kebakaran rumah", "Jalan Swadaya RT 2", "Duren Sawit", None), "two fires"),
)  # fmt: skip

UNSEEN = (
    same("jalan_rusak", ("lubang di tengah jalan bikin motor jatoh", "perempatan Rawa Belong", "Sukabumi Utara", None),
         ("jalannya bolong pak di perempatan rawa belong", "perempatan rawa belong", "Sukabumi Utara", None), "one crossing"),
    same("jalan_rusak", ("aspal keriting depan Puskesmas Pademangan", "depan Puskesmas Pademangan", "Pademangan Barat", None),
         ("jalan bergelombang parah depan puskesmas pademangan", "depan puskesmas pademangan", "Pademangan Barat", None),
         "other words for it"),
    same("banjir", ("rumah saya kemasukan air", "Jl Baru Ciliwung RT 8", "Bukit Duri", (-6.2300, 106.8560)),
         ("tolong kami butuh perahu, banjir 1 meter", None, None, (-6.2310, 106.8570)), "157 m apart"),
    same("banjir", ("underpas mampang banjir", "underpas mampang", "Mampang Prapatan", None),
         ("banjir di Underpass Mampang Prapatan arah Kuningan", "Underpass Mampang Prapatan", "Mampang Prapatan", None),
         "a slip of the finger"),
    same("listrik", ("udah 2 jam mati lampu", "Jl Otista 3", "Cipinang Cempedak", None),
         ("listrik otista 3 padam", "otista 3", "Cipinang Cempedak", None), "one street"),
    same("listrik", ("trafo meledak, satu gang gelap", "Gang Haji Naman", "Pondok Kelapa", None),
         ("listrik mati abis ada ledakan di gardu", "Gg H Naman", "Pondok Kelapa", None), "H for Haji"),
    same("lampu_jalan", ("lampu taman gelap", "Taman Menteng", "Menteng", (-6.19640, 106.82940)),
         ("PJU di taman menteng mati", "taman menteng", "Menteng", (-6.19655, 106.82950)), "pins 20 m"),
    same("sampah", ("sampah berserakan depan pos ronda", "depan pos ronda RT 11 RW 4", "Utan Kayu Utara", None),
         ("bau sampah di pos ronda rt 11 rw 04", "pos ronda rt 11 rw 04", "Utan Kayu Utara", None), "one post"),
    same("pohon", ("pohon angsana tumbang", "Jl Cikini Raya depan stasiun", "Cikini", None),
         ("ada pohon nutupin jalan depan stasiun cikini", "depan stasiun cikini", "Cikini", None), "one tree"),
    same("saluran_air", ("tutup got hilang", "Jl Tanah Abang 3 nomor 14", "Petojo Selatan", None),
         ("got bolong tanpa tutup di tanah abang III no 14", "tanah abang III no 14", "Petojo Selatan", None), "3 and III"),
    same("kebakaran", ("api besar di gudang", "gudang triplek Kapuk", "Kapuk", None),
         ("kebakaran gudang triplek kapuk", "gudang triplek kapuk", "Kapuk", None), "one fire"),
    same("rambu_lalu_lintas", ("lampu merah ga nyala", "perempatan Kuningan", "Kuningan Timur", None),
         ("traffic light perempatan kuningan error", "perempatan kuningan", "Kuningan Timur", None), "one crossing"),
    differ("jalan_rusak", ("lubang depan ruko", "depan ruko Sentra Bisnis blok B", "Kelapa Gading Timur", None),
           ("lubang depan ruko", "depan ruko Sentra Bisnis blok D", "Kelapa Gading Timur", None), "another block"),
    differ("jalan_rusak", ("jalan bolong dekat gerbang sekolah", "dekat SMA 8", "Bukit Duri", None),
           ("jalan bolong dekat gerbang sekolah", "dekat SMA 26", "Bukit Duri", None), "another school"),
    differ("jalan_rusak", ("jalan rusak di pertigaan", "pertigaan Jalan Melati", PR, None),
           ("jalan rusak di pertigaan", "pertigaan Jalan Melur", PR, None), "names that look alike"),
    differ("jalan_rusak", ("lubang galian tidak ditutup", "Jl Sabang depan restoran padang", "Kebon Sirih", None),
           ("lubang galian tidak ditutup", "Jl Wahid Hasyim depan restoran padang", "Kebon Sirih", None), "another street"),
    differ("lampu_jalan", ("lampu mati", "Jl Kayu Manis IV depan warung", "Kayu Manis", None),
           ("lampu mati", "Jl Kayu Manis VI depan warung", "Kayu Manis", None), "IV and VI"),
    differ("lampu_jalan", ("lampu kolong tol mati", "kolong tol Kebon Nanas arah Cawang", "Cipinang Cempedak", None),
           ("lampu kolong tol mati", "kolong tol Kebon Nanas arah Priok", "Cipinang Cempedak", None), "the other way"),
    differ("banjir", ("banjir di komplek", "Komplek IKPN", "Bintaro", None),
           ("banjir di komplek", "Komplek Deplu", "Bintaro", None), "another estate"),
    differ("banjir", ("banjir jl pluit", "Jl Pluit Timur", "Pluit", None),
           ("banjir jl pluit", "Jl Pluit Barat", "Pluit", None), "east and west"),
    differ("listrik", ("listrik padam di rusun", "Rusun Marunda tower A5", "Marunda", None),
           ("listrik padam di rusun", "Rusun Marunda tower C2", "Marunda", None), "another tower"),
    differ("listrik", ("meteran rumah saya mati sendiri", "Jl Pulo Asem 3", "Jati", None),
           ("listrik mati", "Jl Pulo Mas 3", "Jati", None), "names that look alike"),
    differ("sampah", ("sampah numpuk di depan rumah kosong", "Gang Delima 3", "Pejaten Timur", None),
           ("sampah numpuk di depan rumah kosong", "Gang Delima 5", "Pejaten Timur", None), "another lane"),
    differ("pohon", ("dahan pohon mau jatuh", "Taman Suropati sisi utara", "Menteng", None),
           ("dahan pohon mau jatuh", "Taman Suropati sisi selatan", "Menteng", None), "the other side"),
    differ("air_bersih", ("air keruh", "Jl Warakas 3", "Warakas", None),
           ("air keruh", "Jl Sungai Bambu 3", "Sungai Bambu", None), "another kelurahan"),
    differ("parkir_liar", ("parkir di trotoar", "depan Bank Mandiri Jl Sunter Agung", "Sunter Agung", None),
           ("parkir di trotoar", "depan Bank BCA Jl Sunter Agung", "Sunter Agung", None), "another bank"),
)  # fmt: skip

HELD_BACK = (
    same("jalan_rusak", ("lobang gede depan pom bensin", "depan pom bensin Pancoran", "Pancoran", None),
         ("jalan bolong dpn pom bensin pancoran", "dpn pom bensin pancoran", "Pancoran", None), "one petrol station"),
    same("jalan_rusak", ("jalan ambles bekas galian", None, None, (-6.25000, 106.80000)),
         ("bekas galian ambles, ban motor saya pecah", None, None, (-6.25015, 106.80010)), "pins 20 m"),
    same("banjir", ("banjir di perumahan Green Garden blok M", "perumahan Green Garden blok M", "Kedoya Utara", None),
         ("air naik sebetis green garden blok m", "green garden blok m", "Kedoya Utara", None), "one block"),
    same("banjir", ("genangan air depan mall", "depan mall Pluit Village", "Penjaringan", None),
         ("banjir depan Pluit Village", "depan Pluit Village", "Penjaringan", None), "one mall"),
    same("listrik", ("PLN padam sejak maghrib", "Jl Tipar Cakung RT 4", "Cakung Barat", None),
         ("mati lampu tipar cakung", "tipar cakung", "Cakung Barat", None), "one outage"),
    same("pohon", ("pohon tumbang menimpa mobil", "Jl Gunawarman depan bank", "Selong", None),
         ("ada pohon roboh nimpa mobil di gunawarman depan bank", "gunawarman depan bank", "Selong", None), "one tree"),
    same("sampah", ("bak sampah RW 5 penuh", "bak sampah RW 05 Kwitang", "Kwitang", None),
         ("sampah di bak rw 5 kwitang luber ke jalan", "bak rw 5 kwitang", "Kwitang", None), "one bin"),
    same("saluran_air", ("got meluap warna hitam", "Gang Langgar dekat musholla", "Petukangan Utara", None),
         ("selokan mampet bau, gg langgar deket mushola", "gg langgar deket mushola", "Petukangan Utara", None), "one ditch"),
    same("lampu_jalan", ("PJU nomor 45 mati", "Jl Raden Inten tiang nomor 45", "Duren Sawit", None),
         ("lampu jalan tiang no 45 raden inten tidak nyala", "tiang no 45 raden inten", "Duren Sawit", None), "one pole"),
    same("kemacetan", ("macet total", "Jl TB Simatupang depan Citos", "Cilandak Barat", None),
         ("TB Simatupang stuck ga gerak depan citos", "TB Simatupang depan citos", "Cilandak Barat", None), "one jam"),
    differ("jalan_rusak", ("lubang depan pom bensin", "depan pom bensin Pancoran", "Pancoran", None),
           ("lubang depan pom bensin", "depan pom bensin Kalibata", "Pancoran", None), "another petrol station"),
    differ("jalan_rusak", ("jalan bolong", None, None, (-6.25000, 106.80000)),
           ("jalan bolong", None, None, (-6.25000, 106.80060)), "66 m apart"),
    differ("banjir", ("banjir di blok M", "perumahan Green Garden blok M", "Kedoya Utara", None),
           ("banjir di blok A", "perumahan Green Garden blok A", "Kedoya Utara", None), "another block"),
    differ("banjir", ("banjir depan mall", "depan mall Taman Anggrek", "Tanjung Duren Selatan", None),
           ("banjir depan mall", "depan mall Central Park", "Tanjung Duren Selatan", None), "another mall"),
    differ("listrik", ("mati lampu", "Rusun Klender blok 21", "Malaka Sari", None),
           ("mati lampu", "Rusun Klender blok 75", "Malaka Sari", None), "another block"),
    differ("pohon", ("pohon tumbang", "Jl Gunawarman depan bank", "Selong", None),
           ("pohon tumbang", "Jl Gunawarman depan hotel", "Selong", None), "another tree"),
    differ("sampah", ("bak sampah penuh", "bak sampah RW 05 Kwitang", "Kwitang", None),
           ("bak sampah penuh", "bak sampah RW 09 Kwitang", "Kwitang", None), "another bin"),
    differ("saluran_air", ("got meluap", "Gang Langgar", "Petukangan Utara", None),
           ("got meluap", "Gang Lurah", "Petukangan Utara", None), "names that look alike"),
    differ("lampu_jalan", ("PJU mati sepanjang jalan", "Jl Raden Inten arah Buaran", "Duren Sawit", None),
           ("PJU mati sepanjang jalan", "Jl Raden Inten arah Kalimalang", "Duren Sawit", None), "the other way"),
    differ("kemacetan", ("macet total", "Jl TB Simatupang arah Lebak Bulus", "Cilandak Barat", None),
           ("macet total", "Jl TB Simatupang arah Pasar Rebo", "Cilandak Barat", None), "the other carriageway"),
)  # fmt: skip
