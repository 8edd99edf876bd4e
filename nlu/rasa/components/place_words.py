"""The words that the place rules know. Lower case; several words are written without the space."""

CITY_NAMES: dict[str, tuple[str, ...]] = {
    "Kota Administrasi Jakarta Barat": ("jakartabarat", "jakbar", "jktbarat", "jktbar"),
    "Kota Administrasi Jakarta Pusat": ("jakartapusat", "jakpus", "jktpusat", "jktpus"),
    "Kota Administrasi Jakarta Selatan": ("jakartaselatan", "jaksel", "jktselatan", "jktsel"),
    "Kota Administrasi Jakarta Timur": ("jakartatimur", "jaktim", "jkttimur", "jkttim"),
    "Kota Administrasi Jakarta Utara": ("jakartautara", "jakut", "jktutara", "jktut"),
    "Kabupaten Administrasi Kepulauan Seribu": ("kepulauanseribu", "pulauseribu", "kepseribu"),
}
"""The cities' official names, and how people write them."""

ADMIN_WORDS: dict[str, str] = {
    **dict.fromkeys(("kelurahan", "kel", "klurahan", "kelurhan", "desa", "lurah"), "kelurahan"),
    **dict.fromkeys(("kecamatan", "kec", "kcamatan", "camat"), "kecamatan"),
}
"""Words before a name, and the level that they say it has."""

ABBREVIATED: dict[str, str] = {
    "kb": "kebon", "kbn": "kebon", "kebun": "kebon", "kp": "kampung", "kmp": "kampung", "tj": "tanjung",
    "tjg": "tanjung", "tg": "tanjung", "klp": "kelapa", "gn": "gunung", "psr": "pasar", "ps": "pasar",
    "pd": "pondok", "pdk": "pondok", "kby": "kebayoran", "cemput": "cempakaputih", "utr": "utara",
    "brt": "barat", "tmr": "timur", "sltn": "selatan", "slatan": "selatan", "cip": "cipinang",
    "jkt": "jakarta", "pulogebang": "pulogebang", "dr": "duri",
}  # fmt: skip
"""Abbreviated parts of names."""

DIRECTIONS = frozenset({"utara", "selatan", "barat", "timur", "pusat", "tengah", "dalam", "jaya", "agung"})

AMBIGUOUS_NAMES = frozenset(
    """
    baru tengah duri gunung jati dukuh setu rambutan karet pulo kapuk bungur kenari makasar bangka kartini
    guntur gelora gedong kramat kamal tangki keagungan selong tugu galur serdang jembatanlima pasarbaru
    kebonkosong tanahtinggi kayuputih kayumanis penggilingan susukan kotabambu harapanmulia kelapadua
    gandaria tamansari
    """.split()
)
"""Names that are common words or streets too: they count after "kelurahan", or written "di Duri"."""

STREETS = frozenset("jl jln jalan jlan jalanan gang gg gng lorong lrg tol".split())
"""What a street's name follows; alone they are no place."""

UNITS = frozenset("rt rw blok kav kavling no nomor km lantai lt unit".split())
"""What a number or letter follows."""

AREA_WORDS = frozenset(
    """
    kelurahan kel klurahan kecamatan kec komplek kompleks komp perumahan perum cluster apartemen apartment
    apart rusun rusunawa rumahsusun kampung kp dusun griya villa residence kawasan daerah wilayah kota pulau
    """.split()
)

LANDMARKS = frozenset(
    """
    stasiun st halte halter terminal pasar psr ps sekolah sd sdn sdit smp smpn sma sman smk smkn mi mts man
    tk paud masjid mesjid musholla mushola musola mushalla langgar gereja vihara pura kelenteng klenteng
    pesantren flyover fly underpass jembatan jembtan jmbatan jpo kali sungai ciliwung waduk situ setu danau
    banjirkanal bkt bkb taman rptra ruptra monas gbk kantor puskesmas pkm rs rsud rsu rsia klinik posyandu
    mall mal plaza itc indomaret indomart alfamart alfamidi alfa superindo giant hypermart carrefour warteg
    warung spbu pom lapangan lap gor stadion pertigaan perempatan prapatan pertelon simpang simpangan
    bundaran perlimaan tikungan tanjakan turunan putaran terowongan kolong lampumerah tugu patung gerbang
    gapura portal gardu pos poskamling bank atm hotel gedung ruko rukan kios minimarket toko pabrik gudang
    bengkel universitas univ kampus tpu tps makam kuburan pemakaman samsat dukcapil ptsp sudin walikota
    balaikota mako polsek polres koramil dermaga pelabuhan pintu rel palang lokbin loksem jaklingko
    lokalisasi apotek apotik
    """.split()
)
"""Things that have a name or number, or stand beside what is meant."""

RELATIONS = frozenset(
    """
    depan dpn dpan deket dekat dkt deketnya seberang sebrang sebrangnya samping smping sebelah belakang blkg
    blakang belakangnya arah menuju pinggir pinggiran bawah ujung sepanjang pojok antara sekitar sekitaran
    sisi dalam atas sekeliling mulut tepi perbatasan pas persis dpnnya depannya sampingnya
    """.split()
)

CONNECTORS = frozenset("di d dan sama no nomor nomer ke dgn dengan yg yang dari sampai sampe s sd".split())
"""Allowed inside a place when a place word follows."""

QUALIFIERS = frozenset(
    """
    raya utara selatan barat timur pusat tengah dalam baru lama besar kecil atas bawah utama jaya indah
    permai kiri kanan luar belakang gede pagi petang siang negeri kota induk i ii iii iv v vi vii viii ix x
    xi xii
    """.split()
)
"""Words that end a name rather than follow it."""

PREPOSITIONS = frozenset("di d daerah wilayah kawasan warga kelurahan kecamatan arah dari ke".split())

_COMMON = """
abdi abis absen ac acan acara ada adanya adek adik adil admin administrasi aduan agama agar agd agen agustus
ahli air airnya aja ajukan akad akan akar akarnya akhir akhirnya akibatnya akta aktanya akte aktif aku akun
alaikum alamat alamatnya alarm alasan alasannya alat alatnya alhamdulillah allah almarhum alpukat ama aman
amat ambil amblas ambrol ambruk ambulan ambulans ampun an anak anakku anaknya ancur anda ane aneh anggaran
anggota angin angka angkat angkot angkut angkutan anjing anjingnya antar antre antrean antri antrian apa
apaan apakah apanya api apinya aplikasi april arisan artinya asal asap asapnya asep aset asli aslinya asma
asn aspal aspalnya assalamu assalamualaikum asuransi atap atau ato atuh aturan aturannya awal aya ayah ayam
aye baca badan badannya bagaimana bagi bagian bagus bahasa bahaya bahkan baik baju bak bakal bakar bakso
bales baliho balik balikin balita ban bang banget bangkai bangku bangun banjir bansos bantu bantuan
bantuannya banyak bapak bapaknya barang barcode bareng barengan barusan basah basement basi batal batalin
batas batuk bau baunya bawa bawahnya bayar bayarnya bayi bayinya bazar bebas beberapa becak becek beda bedah
bedanya begal begini begitu bekas bekerja belajar belakangnya belanja beli beliau belom belum benar bencana
bener beneran benerin bengkak bentar berangkat berani berantem berapa berarti beras berat berdarah berdiri
berdua beres berhenti berikutnya berkas berlaku berobat bersama bersedia bersih bersihin bersurat bertahun
bertanya berubah berwenang besinya besok besoknya betawi beton betul bgt biar biasa biasanya biaya biayanya
bicara bidan biji bikin bikinnya bila bilang binaan bingung bintang bisa blanko blm bln blokir bocah bocor
bokap bolak boleh bolong bongkar bonus bos bot botol box bpbd bpjs bpk brapa brp bs bu buang buat bubar
budak buka bukan bukannya bukti buktinya buku bulan bunyi buram buruh bus busuk butuh cabut cair call calo
calon cancel capek cara caranya cari cctv cek cepat cepet cerai cerita ceritanya cetak cewek chat cicilan
cilok citata cm coba contoh copet copot cor covid cowok cpns cs cuci cucu cukup cuma curhat curiga cuti dada
daftar daftarnya dagang dagangan daging dah dahan dalem damkar dan dana dapat dapet dapur darah dari
daripada darurat data datang datanya dateng daun dbd dear debu deh demam demikian denda dendanya dengan
denger depannya deras dereng desember desil detik dewasa dgn di dia diajak diajukan diam diambil dianggap
diangkat diangkut diaspal diatur dibaca dibagi dibalas dibales dibalikin dibanding dibangun dibantu
dibatalin dibatalkan dibawa dibawah dibayar dibenerin diberi dibersihin dibetulin dibiarin dibikin dibikinin
dibilang dibina diblokir dibongkar dibuang dibuat dibuatkan dibuka dicabut dicat dicatat dicek dicetak dicor
dicoret dicuri didata didatengin diem difabel difoto digaji digali diganti digembok digeser digigit digital
digusur dihapus dihitung dihubungi diiket diisi dijadiin dijadikan dijadwalkan dijanjiin dijanjikan dijawab
dijemput dijual dikasih dikeluarkan dikembalikan dikerjain dikerjakan dikeruk dikira dikirim dikit dikunci
dilakukan dilaporkan dilarang dilatih dilayani dilempar dilepas dilewatin dilihat dimakamkan dimakan dimana
dimatiin diminta dinaikin dinas dinding dingin dinkes dinsos dinten dinyatakan dipakai dipake dipanggil
dipangkas dipasang dipecat dipegang diperbaiki diperiksa dipersulit dipertimbangkan dipindah dipotong
diproses dipun diputus dirawat direkam diri disabilitas disambung disampaikan disebut disegel diserahkan
disetujui dishub disimpen disini disitu disnaker dispendukcapil disuruh disurvei ditabrak ditagih ditahan
ditambah ditambal ditandatangani ditangani ditanggung ditangkep ditanya ditarik ditaruh ditebang ditegur
ditelpon ditempel ditemukan diterima ditertibkan diteruskan ditindak ditindaklanjuti ditinggal ditinjau
ditolak ditulis diturunin ditutup diukur diumumin diurus diusir dki dlh dlm dmn doa doang dobel dokter
dokternya dokumen domisili dompet dong dp dpt dtks duduk dugi duit duitnya dulu duluan ekor email emak emang
emas ember empat enak enam engga enggak entah error fair faskes februari fisik fogging formulir foto
fotokopi fotonya full futsal ga gagal gaji gak galak gali galian gambar gampang ganda gangguan ganti gantian
gantinya gara garasi garis gas gatau gelap gelar gempa genangan genap gendong genset genteng gerak gerobak
gigi gila giliran gimana gini gitu gizi gmn golongan google gorengan gosong got goyang gratis grup gua gub
gubernur gue gula guru gurunya gw habis hadir hajatan hak hal halal halo hamil hampir hancur hangus hanya
hanyut hapus harga hari harian harus harusnya hasil hasilnya hati hebat hehe helm hemat hentikan hidup
hilang honorer hormat hp hr hrd hrs hubungi hujan hukum huruf ibadah ibu ibunya ide identitas idup ieu ig
igd ijazah ijin ikan iki iklan ikut ilang imb imunisasi in info informasi inget ingin ini insentif
inspektorat internet ipar is isi isinya istirahat istri itu iuran iya izin izinnya jadi jadinya jadwal
jadwalnya jaga jaki jakpreneur jalannya jam jamaah jaman jaminan jamnya janda jangan janji jantung januari
jarak jarang jari jaringan jasa jatah jatoh jatuh jauh jawab jawaban jawabannya jawabnya jd jebol jelas
jelek jemput jemuran jenazah jendela jepang jg jgn jika jiwa jk job jt jual jualan juara judi juga jujur
juli jumantik jumlah juni justru juta ka kabar kabeh kabel kabelnya kabur kaca kacamata kadaluarsa kadang
kader kafe kaga kagak kah kak kakak kakek kaki kakinya kalah kalau kalian kalih kalo kamar kamera kami kamis
kamu kan kandung kang kantin kantong kantornya kaos kapal kapan karatan karena kartu kartunya karung
karyawan kas kasar kasian kasih kasihan kasur kasus kata katanya katering kawin kaya kayak kayaknya kayanya
kdrt ke keadaan keadilan keamanan kebaca kebagian kebakar kebakaran kebalik kebanjiran kebanyakan kebawa
keberatan kebersihan kebuka keburu kecelakaan kecewa kecil kedip kedua kehilangan kejadian kejadiannya
kejang kejebak kejelasan kejepit kek kelahiran kelar kelas keliatan kelihatan keliling kelompok keluar
keluarga keluarganya keluhan kemana kemaren kemarin kematian kembali kemudian kena kenal kenapa kenceng
kencing kendaraan kepada kepala keponakan kepotong kepsek keputusan keramik keras keren kereta kering
keringanan kerja kerjaan kerjanya keropos kertas kesana kesehatan kesetrum kesini ketabrak ketauan ketawa
ketemu keterangan keterima ketiga ketik ketika ketimpa ketinggalan ketua ketuker ketutup kg khusus kia kilo
kini kipas kira kiranya kirim kiriman kis kita kjmu kjp kk kl klaim klj klo kmrn kode kok komplain kompor
komunitas kondisi konfirmasi konser konsultasi kontainer kontak kontrak kontraktor kontraktornya koordinasi
korban kost kotak kotor kredit krn ktp ktpnya ku kuasa kuat kucing kudu kula kuliah kulit kulkas kulo kumaha
kunci kuota kurang kurir kursi kyk lab lagi lah lahir lahiran lahirnya lain laki laku lalu lampu lampunya
lancar langganan langsung lanjut lansia lantainya lapor laporan laporannya laporin laporkan lapornya laptop
lari latihan laut lawan layak layanan layar lebar lebaran lebih legalisir leher lele lemari lembar lembur
lemes lempar lengkap lepas les lewat lg lho liar liat libur licin lift lihat limbah link lipat list listrik
listriknya live lo lobang loh lokasi lokasinya loket loketnya lolos lomba lorong lowongan lu luar luas
lubangnya lucu luka lulus lulusan lumpuh lumpur lunas lupa lurah lurahnya lusa maaf mabok macam macem macet
magang magrib mah mahal mahasiswa main majikan makan makasih makin maksa maksimal maksud malah malam malem
males maling malu mama mampet mampu mana mandi mandiri manggil mangkal mantan manusia map marah maret masa
masak masalah masih masing massal masuk masukan masukin mata matanya materai material mati matur mau mawon
mbak mbok mboten me mediasi mei meja melahirkan melalui melapor melaporkan melayani meledak melihat
melintang memang membantu membawa memberi membuat meminta memohon mendadak mending menerima mengadu
mengadukan mengajukan mengenai mengganggu mengurus menikah menimpa meninggal menit menjadi menolak mentok
menu menunggu menurut menutup menyala menyampaikan menyangkut menyatakan merahnya merasa mereka mertua mesin
mesti meter meteran mhn mie mikrotrans min minimal minta minum minyak miring miskin mobil mobile mobilnya
modal mogok mohon monyet motong motor msh muat muda muka mukanya mulai mulu mulus muncul mundur mungkin
muntah murah murid musim musrenbang mutasi muter my nabrak nagih nah naik nak nama namanya nambah namun nang
nanggung nangis nanti nanya napa napas narik nasi nasib nawarin ndak negeri negri nek nelayan nelpon nempel
nemu nenek neneknya nerima ngadu ngajarin ngaji ngajuin ngajuinnya ngaku ngalir ngambil ngamuk ngancem
nganggur ngangkat nganter ngantri ngapain ngapunten ngasih ngatur ngebul ngecek ngelamar ngeri ngerjain
ngerokok ngerti ngetem ngetik ngga nggak nggih nginep ngirim ngobrol ngomel ngomong ngontrak ngumpet ngurus
ngurusnya nib nih nik nikah nikahnya niku nilai nilainya nimpa ninggalin njop nol nolak nomer nomernya nomor
nomornya nonaktif nongkrong nongol nonton nopo normal notaris notif november nu nuhun nulis numpang numpuk
nunggak nunggu nungguin nunggunya nunjukin nutup nutupin nuwun nya nyala nyalain nyamber nyambung nyampe
nyangkut nyapu nyari nyaris nyasar nyatanya nyawa nyebrang nyetir nyetrum nyimpen nyokap nyuruh nyuwun obat
obatnya oh ojek ojol ok oknum oktober olahraga oleh oli om ombak on ongkos online ono operasi operasional
operator ora orang orangnya org ortu oss otomatis pa pada padahal padam padan pagi paham pajak pajaknya pak
pakai pake paket paku paling palsu pam panas panggil panggilan panggung panik panitia papan parah parkir
parkirnya pas pasang pasien pasir paspor pasti pasukan patah patroli paving pbb pbg pbi pd pdam pdhl pecah
pedagang pegang pegawai pejabat pejalan pekerja pekerjaan pelajar pelajaran pelaku pelakunya pelan pelanggan
pelapor pelatihan pemadam pembatas pembeli pemberitahuan pemda pemeriksaan pemerintah pemilihan pemilik
pemiliknya pemilu pemimpin pemotongan pemprov pemulung pemutihan pencet pendaftaran pendamping pendampingan
penerangan penerima penetapan pengadilan pengaduan pengajian pengajuan pengambilan pengantar pengawas
pengelola pengembang pengen pengendara pengganti penghargaan penghasilan penghuni pengumuman pengungsian
pengunjung pengurus penjaga penjelasan penjual pensiun pensiunan penting penuh penumpang penyandang
penyeberangan per perahu perang perawat perbaikan percaya percuma perekaman perempuan pergi perhatian
perhatiannya periksa peringatan perlindungan perlu permanen permintaan permisi permohonan pernah perpanjang
perpanjangan persen persetujuan persis pertama pertamanan perubahan perusahaan perut pesan pesawat peserta
petugas petugasnya petunjuk phk pihak pilih pilihan pin pindah pindahan pingsan pinjaman pinjem pinjol
pintunya pipa pirt pisah pisan pita pjlp pju pkh plafon plang plat please pln plus pns pohon pohonnya
pokoknya poli polisi polsek ponakan pot potong potongan pp ppdb ppsu praktek preman presiden prestasi
pribadi prioritas program proposal prosedur prosedurnya proses prosesnya protes provider provinsi proyek
psikolog pt puasa puing pukul pula pulang pulsa puluhan pun punten punya pusing putus putusan rabies rabu
raib rajin rakyat ramah rambu rame rapat rapi rapor rasanya rata ratusan rawan rb rebutan rekam rekaman
rekening reklame rekomendasi relawan remaja renovasi resapan resign resmi resminya retak retribusi ribu
ribuan ribut ringan robek roboh robot roda rokok rombongan ruang ruangan rugi rujukan rumah rumahnya rupiah
rusak rute rutin saat sabar sabtu sadar sah saiki saja saking sakit saksi salah salam saldo saling saluran
salut sama sambil sambungan sampah sampahnya sampai sampaikan sampe sampun sana sangat sanget sanggup sanksi
santunan sapi sapu saran sarang satpol satu satunya satupun saya sayang sbg scan sda sdh se sebagai sebagian
sebaiknya sebelahnya sebelum sebelumnya sebenernya sebulan secara secepatnya security sedalam sedang
sedangkan sedih segala segede segera segitu sehari sehat sehingga sejak sejam sekali sekalian sekaligus
sekarang sekeluarga sekian sekolah sekolahnya selain selalu selama selamat selang selasa seleksi selesai
selokan seluruh semalam semalem semata sembako sembarangan semen sementara semester seminggu semoga sempat
sempet semrawut semua semuanya senam sendiri sendirian seng senin senti senyum seorang separo separuh
seperti sepihak september sepuh seragam sering serius serta sertifikat sesak sesek sesuai setahun setaun
setelah setengah setiap setinggi setor setoran setuju seumur sewa sewu shift sholat si siaga siang siap
siapa sibuk sidak sidang sih silakan sim sing sini sinyal sip siri sirine sisa sisanya sistem sistemnya
siswa sk skck skrg slip sm sms smua soal soalnya sobek sodara sok solar solusi solusinya sopan sopir
sopirnya sore sosialisasi spanduk spp sppt staf status statusnya stiker stnk stok stop stroke suami suara
subsidi subuh sudah suka suku sumbangan sumpah suntik supaya supir surat suratnya suruh surut survei survey
susah suwun sy syarat syaratnya tabrakan tabung tabungan tadi tadinya tagihan tahap tahu tahun tahunan tak
taksi takut tali tambah tambahan tamu tanahnya tanaman tanda tangan tangannya tangga tanggal tanggung tanpa
tanya tapi tarif tarik taruna tas tau taun taunya tawon tawuran td tdk tega teh teknisi telah telat telepon
telor telp telpon telur teman tembok temen tempat tempo tenaga tenang tenda teng tenggelam tentang tepat
terakhir terang teras terbakar terbang terbit tercatat terdaftar terdekat terhormat teriak terima
terimakasih terjadi terkait terlalu terlampir termasuk ternyata terpaksa terpal tersebut tertulis terus tes
tetangga tetap tetapi tetep teu tewas tgl th thank thanks thn thr ti tiang tiangnya tiap tiba tidak tidur
tiket tiketnya tikus tim timbangan tindak tindakan tinggal tingkat titik titip tj tks tlg to toilet token
tolong tolonglah tombol tong tongkat tos total tp transfer transjakarta trims triplek triwulan trs truk
truknya trus ttd tu tuanya tugas tuh tujuh tukang tukangnya tulang tulis tulisan tulisannya tulung tumbang
tumpukan tuna tunai tunanetra tunggakan tunggal tunggu turap turun tutup tv uang uangnya ucapkan udah udara
udh ujan uji ujian ujungnya ukur ulang ular umkm umroh umum umur umurnya undangan undian untuk up upah
update upload urus urusan usah usaha usia usul usulan utang utk vaksin vendor verifikasi veteran via video
videonya wa wae wafat wajib waktu waktunya walau wali warga waris warisan warna warnanya wassalam wawancara
wb wc web wifi wis wisata wkwk wni wong wonten ya yang yatim yg yo you yth zona
"""

COMMON_WORDS = frozenset(_COMMON.split()) - STREETS - UNITS - AREA_WORDS - LANDMARKS - RELATIONS - QUALIFIERS
"""Words that are no part of a name: a place ends before them."""
