"""Fifty invented messages of one night that a model is not sure of, and what a coordinator makes of each."""

from dataclasses import dataclass

INTENTS = (("lapor", 0.34), ("marah", 0.3), ("tanya", 0.16))
CONFIDENCES = (0.19, 0.11, 0.06)
# What a coordinator does: agree, take the nth service beside the reading, find a service by its first letters,
# write another place, say what kind it is, or answer.
AGREE, NTH, FIND, PLACE, KIND, ANSWER = "agree", "nth", "find", "place", "kind", "answer"


@dataclass(frozen=True)
class Unclear:
    """A message, the services that the model wavers between, and what a person decides.

    ``service``: what it is about in the end, ``detail``: which letters, place, kind or words go with the decision.
    """

    text: str
    services: str
    does: str = AGREE
    service: str = ""
    detail: str = ""
    intents: tuple[tuple[str, float], ...] = INTENTS

    @property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        return tuple(zip(self.services.split(), CONFIDENCES, strict=False))

    @property
    def decided(self) -> str:
        """The service that it is filed about."""
        return self.service or self.services.split()[0]


PRAISING = (("apresiasi", 0.36), ("saran", 0.3), ("lapor", 0.2))
PROPOSING = (("saran", 0.38), ("lapor", 0.3), ("tanya", 0.2))
UNRELATED = (("di_luar_cakupan", 0.4), ("lapor", 0.15), ("tanya", 0.14))
ANGRY = (("marah", 0.44), ("lapor", 0.2), ("tolak", 0.15))

MORNING = (
    Unclear(
        "Pak ini tiap pagi di depan sekolah Melati motor naik ke atas pembatas, pejalan minggir semua",
        "trotoar_jpo parkir_liar kemacetan",
    ),
    Unclear(
        "yang jualan di dekat halte Cempaka makin maju ke jalan, lewat saja susah", "pkl trotoar_jpo parkir_liar"
    ),
    Unclear(
        "bau menyengat lagi dari belakang pabrik tahu gang Delima, sudah tiga malam",
        "pencemaran sampah saluran_air",
    ),
    Unclear("anjing lima ekor di dekat taman Anggrek mengejar anak saya tadi sore", "hewan ketertiban taman"),
    Unclear(
        "suaranya musik sampai jam dua pagi di gang Nangka, kami tidak bisa tidur",
        "ketertiban wisata_olahraga pencemaran",
    ),
    Unclear(
        "kabel hitam menjuntai rendah sekali di depan warung Bu Tini, takut tersangkut",
        "galian_utilitas listrik lampu_jalan",
    ),
    Unclear(
        "air yang keluar dari keran warnanya cokelat sejak kemarin di gang Salak", "air_bersih saluran_air banjir"
    ),
    Unclear(
        "pengumuman di kelurahan bilang satu hari, ini sudah dua minggu kartunya belum jadi juga",
        "ktp kartu_keluarga pelayanan_petugas",
    ),
    Unclear(
        "dari kemarin angkutan kecil tidak lewat dekat gereja Santa, kami menunggu satu jam",
        "transportasi_umum kemacetan rambu_lalu_lintas",
    ),
    Unclear("batangnya sudah condong ke atap, jl Kamboja nomor 8, kalau angin ngeri", "pohon bangunan listrik"),
    Unclear(
        "bangunan empat lantai di gang Manggis tidak ada papan izinnya, tembok kami retak",
        "bangunan perizinan ketertiban",
    ),
    Unclear("mesin pompa di dekat rel Duku tidak nyala waktu hujan semalam", "banjir saluran_air listrik"),
    Unclear("bantuan bulan ini nenek saya tidak keluar padahal tetangga sudah semua", "bansos rt_rw bpjs"),
    Unclear(
        "obatnya kosong terus, kata perawatnya tunggu saja, sudah ketiga kali saya datang",
        "layanan_kesehatan bpjs pelayanan_petugas",
    ),
    Unclear(
        "nyamuk banyak sekali dan sudah empat anak demam tinggi di gang Sawo", "wabah layanan_kesehatan sampah"
    ),
    Unclear(
        "ada spanduk besar menutup lampu merah di jl Mangga Raya arah pasar",
        "reklame_coretan rambu_lalu_lintas lampu_jalan",
    ),
    Unclear(
        "kursi di taman Kenari patah semua, besinya tajam, anak anak main di situ", "taman trotoar_jpo ketertiban"
    ),
    Unclear(
        "wifi gratis di balai warga jl Rambutan mati sejak lebaran, anak sekolah perlu",
        "aplikasi_internet listrik sekolah",
    ),
    Unclear(
        "lubang makam keluarga kami longsor habis hujan, di blok dekat gerbang timur", "makam bencana saluran_air"
    ),
    Unclear(
        "di pasar pagi harga minyak dinaikkan seenaknya, tidak ada yang mengawasi", "umkm_pasar pkl pajak_daerah"
    ),
    Unclear(
        "gaji kami tiga bulan belum dibayar pabrik, mau mengadu ke mana lagi",
        "ketenagakerjaan kepegawaian umkm_pasar",
    ),
    Unclear(
        "pintu besi di jembatan penyeberangan dekat stasiun Jambu terkunci terus",
        "trotoar_jpo transportasi_umum ketertiban",
    ),
    # -- not what the model thinks --
    Unclear(
        "semua menumpuk di pojokan gang Pepaya, kalau sore asapnya masuk rumah",
        "sampah pencemaran kebakaran",
        NTH,
        "pencemaran",
        "1",
    ),
    Unclear(
        "sudah digali terus ditinggal, tanahnya ke mana mana, jl Durian depan toko roti",
        "jalan_rusak galian_utilitas saluran_air",
        NTH,
        "galian_utilitas",
        "1",
    ),
    Unclear(
        "tiangnya miring dekat pos ronda RW 06, lampunya masih nyala sih",
        "lampu_jalan listrik galian_utilitas",
        NTH,
        "galian_utilitas",
        "2",
    ),
    Unclear(
        "tukang minta dua ribu tiap berhenti di depan minimarket jl Apel, tidak pakai seragam",
        "pkl parkir_liar ketertiban",
        NTH,
        "parkir_liar",
        "1",
    ),
    Unclear(
        "waktu hujan air dari atas masuk semua ke gang Cermai karena tidak ada jalannya",
        "banjir saluran_air jalan_rusak",
        NTH,
        "saluran_air",
        "1",
    ),
    Unclear(
        "orang tua tidur di emperan jl Kelapa sejak minggu lalu, kasihan tidak ada yang urus",
        "bansos pmks layanan_kesehatan",
        NTH,
        "pmks",
        "1",
    ),
    Unclear(
        "loketnya cuma satu yang buka padahal antrean sampai luar gedung",
        "perizinan ktp pelayanan_petugas",
        NTH,
        "pelayanan_petugas",
        "2",
    ),
    Unclear(
        "nama anak saya di surat lahir salah satu huruf, sudah bolak balik tiga kali",
        "ktp kartu_keluarga akta",
        NTH,
        "akta",
        "2",
    ),
    # -- found by hand --
    Unclear(
        "kelinci dan kura kura dijual di kotak kecil di dekat lapangan, banyak yang mati",
        "umkm_pasar pkl ketertiban",
        FIND,
        "hewan",
        "hew",
    ),
    Unclear(
        "di kelas anak saya atapnya bocor, buku basah semua waktu hujan",
        "bangunan banjir saluran_air",
        FIND,
        "sekolah",
        "sekol",
    ),
    Unclear(
        "iuran bulanannya naik terus dan kwitansinya tidak pernah ada",
        "pajak_daerah pelayanan_petugas bansos",
        FIND,
        "rt_rw",
        "rt,",
    ),
    Unclear(
        "unit kami di lantai enam bocor dari kamar mandi atas, pengelola diam saja",
        "air_bersih saluran_air bangunan",
        FIND,
        "rusun",
        "rumah s",
    ),
    Unclear(
        "kartu sehatnya tiba tiba tidak aktif waktu mau berobat",
        "layanan_kesehatan ktp bansos",
        FIND,
        "bpjs",
        "bp",
    ),
    Unclear(
        "tagihan bumi bangunan rumah saya dua kali lipat tahun ini",
        "pertanahan perizinan bangunan",
        FIND,
        "pajak_daerah",
        "paj",
    ),
    # -- another place --
    Unclear(
        "gundukan di tengah jalan dekat situ bikin orang jatuh terus",
        "jalan_rusak rambu_lalu_lintas kemacetan",
        PLACE,
        "jalan_rusak",
        "Jl. Belimbing depan SDN 05",
    ),
    Unclear(
        "gelap gulita kalau malam, sudah ada yang dijambret kemarin",
        "lampu_jalan kriminalitas ketertiban",
        PLACE,
        "lampu_jalan",
        "Gang Markisa RT 04 RW 02",
    ),
    Unclear(
        "airnya meluap sampai dapur orang orang, dekat kali kecil itu",
        "banjir saluran_air bencana",
        PLACE,
        "banjir",
        "Gang Kedondong RT 09",
    ),
    # -- other than a report --
    Unclear(
        "bapak yang menyapu di jl Alpukat tadi pagi membantu ibu saya menyeberang, mantap",
        "sampah trotoar_jpo rt_rw",
        intents=PRAISING,
    ),
    Unclear(
        "sekarang pelayanannya cepat dan petugasnya ramah di loket kecamatan, salut",
        "ktp pelayanan_petugas perizinan",
        KIND,
        "ktp",
        "apresiasi",
    ),
    Unclear(
        "coba tiap taman dikasih keran air minum, kan bagus buat yang olahraga",
        "taman air_bersih wisata_olahraga",
        intents=PROPOSING,
    ),
    Unclear(
        "bagaimana kalau parkirnya pakai kartu saja semua, biar uangnya jelas",
        "parkir_liar transportasi_umum pajak_daerah",
        KIND,
        "parkir_liar",
        "saran",
    ),
    Unclear(
        "bau gas menyengat dari rumah kosong gang Leci, beberapa orang sudah pusing",
        "pencemaran kebakaran ketertiban",
        KIND,
        "pencemaran",
        "darurat",
    ),
    Unclear(
        "kalau mau bikin surat pindah itu ke kecamatan dulu atau langsung ke loket",
        "kartu_keluarga ktp rt_rw",
        KIND,
        "",
        "tanya",
    ),
    Unclear(
        "jadwal truk sampah di gang Sirsak hari apa saja ya sekarang",
        "sampah rt_rw pencemaran",
        ANSWER,
        "",
        "Senin dan Kamis pagi, Bu.",
    ),
    Unclear(
        "paspor saya ditahan agen, tolong bantu ambilkan, sudah dua bulan",
        "ketenagakerjaan kriminalitas perizinan",
        KIND,
        "",
        "elsewhere",
    ),
    Unclear(
        "jalan raya di kota sebelah rusak parah, bupatinya tidak peduli",
        "jalan_rusak kemacetan rambu_lalu_lintas",
        KIND,
        "",
        "elsewhere",
    ),
    Unclear(
        "dapatkan hadiah undian satu juta rupiah klik tautan ini sebelum malam",
        "umkm_pasar aplikasi_internet lainnya",
        KIND,
        "",
        "spam",
        UNRELATED,
    ),
    Unclear(
        "dibilang diproses diproses terus, saluran di gang Jeruk masih saja mampet",
        "saluran_air banjir sampah",
        intents=ANGRY,
    ),
)

BY_A_COLLEAGUE = (Unclear("pagar lapangan futsal warga gang Melinjo roboh separuh", "taman bangunan ketertiban"),)
BY_TOUCH = (
    Unclear("truk bongkar barang menutup satu lajur di depan toko besi tiap sore", "kemacetan parkir_liar pkl"),
    Unclear(
        "kucing mati di tengah selokan gang Bengkuang, baunya ke mana mana",
        "sampah hewan saluran_air",
        NTH,
        "hewan",
        "1",
    ),
    Unclear(
        "kak mau slot gacor hari ini daftar sekarang bonus besar menanti",
        "umkm_pasar aplikasi_internet lainnya",
        KIND,
        "",
        "spam",
        UNRELATED,
    ),
    Unclear(
        "monyet lepas masuk halaman rumah kami di jl Pala, anak anak takut keluar",
        "ketertiban taman bencana",
        FIND,
        "hewan",
        "hew",
    ),
    Unclear(
        "plang besi di seberang warung miring sekali, orang lewat di bawahnya",
        "reklame_coretan rambu_lalu_lintas bangunan",
        PLACE,
        "",
        "jl Cengkih Raya nomor 4",
    ),
)
