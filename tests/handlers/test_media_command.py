"""``flask media``, ``backup`` and ``restore`` with a bucket, ``doctor``, ``/healthz``: as operators meet them."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from bot.errors import ConfigError
from bot.intake.file_store import bucket_of, file_store
from bot.intake.media import MediaQueue
from bot.personal import erasing
from bot.personal.ledger import Ledger
from bot.rulebook import Rulebook
from handlers.commands import backup, media
from handlers.doctor.facts import Kept
from handlers.doctor.findings import Unknown
from handlers.doctor.installation import files_findings
from handlers.doctor.outside import Outside
from handlers.edge import KEY, Edge
from handlers.health import MEANS
from handlers.web import create_web
from storage.bucket import Bucket
from storage.database import Database
from storage.files import LocalFolder, new_key
from storage.models import Citizen
from storage.moving import TwoStores
from tests.support.clock import MoveableClock
from tests.support.databases import opened
from tests.support.live import marks, wrongs
from tests.support.media import Darkroom
from tests.support.pictures import PDF, jpeg
from tests.support.s3 import Store, Wire
from tests.support.settings import isolated_settings

Settings = dict[str, Any]


@pytest.fixture
def bucket(s3: Store) -> Settings:
    return s3.settings()


def app_of(database: Database, rulebook: Rulebook, clock: MoveableClock, folder: Path, **more: Any) -> Flask:
    """An installation whose files are where ``more`` says."""
    settings = isolated_settings(media_folder=folder / "media", **more)
    app = create_web(Edge(settings, rulebook, database, clock, None))
    for command in (media.commands, backup.backup, backup.restore):
        app.cli.add_command(command)
    return app


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def store_of(app: Flask) -> Any:
    here: Edge = app.extensions[KEY]
    return here.files


@pytest.fixture
def room(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Darkroom:
    """A photo with its small version and a document, in the folder."""
    made = Darkroom(sqlite_database, rulebook, clock, tmp_path / "media")
    made.comes(jpeg(), PDF)
    made.work()
    return made


@pytest.fixture
def before(room: Darkroom, tmp_path: Path) -> Flask:
    return app_of(room.database, room.rulebook, room.clock, tmp_path)


@pytest.fixture
def after(room: Darkroom, tmp_path: Path, bucket: Settings) -> Flask:
    """The same installation with a bucket in its settings."""
    return app_of(room.database, room.rulebook, room.clock, tmp_path, **bucket)


class TestMove:
    def test_from_the_folder_into_the_bucket(self, before: Flask, after: Flask, room: Darkroom) -> None:
        refused = run(before, "media", "move")
        assert refused.exit_code == 1
        assert "MEDIA_BUCKET is not set" in refused.output
        photo = room.rows()[0].store_key
        assert isinstance(store_of(after), TwoStores), "as long as something is in the folder it is read there"
        assert store_of(after).get(photo) == store_of(before).get(photo)
        moved = run(after, "media", "move")
        assert moved.exit_code == 0, moved.output
        assert "3 files moved and read back" in moved.output
        assert room.on_disk() == []
        here: Edge = after.extensions[KEY]
        alone = file_store(here.settings)
        assert isinstance(alone, Bucket)
        assert alone.get(photo).startswith(b"\xff\xd8\xff")
        assert "Nothing is left in the folder" in run(after, "media", "move").output

    def test_a_bucket_that_is_away_is_one_sentence(self, after: Flask, room: Darkroom, tmp_path: Path) -> None:
        here: Edge = after.extensions[KEY]
        wrong = isolated_settings(**here.settings.model_dump() | {"media_bucket": "nowhere"})
        app = create_web(Edge(wrong, room.rulebook, room.database, room.clock, None))
        app.cli.add_command(media.commands)
        told = run(app, "media", "move")
        assert told.exit_code == 1
        assert "there is no such bucket; make it, or correct MEDIA_BUCKET. What was moved is moved" in told.output
        assert len(room.on_disk()) == 3


class TestCheck:
    def test_what_is_right_what_is_missing_and_what_is_nobodys(self, before: Flask, room: Darkroom) -> None:
        assert (
            run(before, "media", "check").output
            == "3 files are in the store.\nThey are those that the database names.\n"
        )
        room.store.delete(room.rows()[1].store_key)
        missing = run(before, "media", "check")
        assert missing.exit_code == 1
        assert f"1 are missing that the database names (media_files.id {room.rows()[1].id})" in missing.output
        stray = new_key()
        room.store.put(stray, b"of nobody")
        room.clock.move(days=30)
        assert "1 are named by no citizen's message" in run(before, "media", "check").output
        assert stray in set(room.store.keys())
        assert "1 that no citizen's message names were deleted" in run(before, "media", "check", "--delete").output
        assert stray not in set(room.store.keys())


class TestBackup:
    def test_the_bucket_is_not_in_it_and_that_is_said(self, after: Flask, tmp_path: Path) -> None:
        run(after, "media", "move")
        told = run(after, "backup", str(tmp_path / "backup"))
        assert told.exit_code == 0, told.output
        assert "without files of citizens" in told.output
        assert "Not in it: the files of citizens. The bucket media-" in told.output
        assert "docs/operating.md, Files in a bucket" in told.output

    def test_it_is_in_it_when_that_is_wished_and_restored_into_another(
        self, after: Flask, room: Darkroom, s3: Store, tmp_path: Path
    ) -> None:
        run(after, "media", "move")
        assert "3 files of citizens" in run(after, "backup", str(tmp_path / "b"), "--with-media").output
        with opened(f"sqlite:///{tmp_path}/elsewhere/city.db") as empty:
            other = app_of(empty, room.rulebook, room.clock, tmp_path / "elsewhere", **s3.settings())
            told = run(other, "restore", str(tmp_path / "b"))
            assert told.exit_code == 0, told.output
            assert "media check, for files in the bucket that no restored row knows" in told.output
            assert {kept.key for kept in store_of(other).listed()} == {k.key for k in store_of(after).listed()}
        with opened(f"sqlite:///{tmp_path}/third/city.db") as empty:
            refused = run(app_of(empty, room.rulebook, room.clock, tmp_path / "third", **bucket_settings(other)),
                          "restore", str(tmp_path / "b"))  # fmt: skip
            assert refused.exit_code == 1
            assert "is not empty. Name another in MEDIA_FOLDER or MEDIA_BUCKET" in refused.output

    def test_who_was_erased_since_is_erased_in_the_bucket_again(
        self, after: Flask, room: Darkroom, s3: Store, tmp_path: Path
    ) -> None:
        """Database and bucket are both set back to yesterday; the ledger knows better."""
        run(after, "media", "move")
        run(after, "backup", str(tmp_path / "b"))
        store, ledger = store_of(after), tmp_path / "erasures.jsonl"
        yesterday = {kept.key: store.blob(kept.key) for kept in store.listed()}
        with room.database.begin() as session:
            erasing.erase(session, room.rulebook, session.scalars(select(Citizen)).one(), room.clock.now())
        Ledger(room.database, room.rulebook, ledger).run_due(room.clock.now())
        room.work(store=store)
        assert list(store.listed()) == []
        with opened(f"sqlite:///{tmp_path}/elsewhere/city.db") as empty:
            other = app_of(empty, room.rulebook, room.clock, tmp_path / "elsewhere", **bucket_settings(after))
            assert run(other, "restore", str(tmp_path / "b")).exit_code == 0
            for key, blob in yesterday.items():
                store.put_blob(key, blob)
            assert Ledger(empty, room.rulebook, ledger).replay(room.clock.now()).again == 1
            queue = MediaQueue(empty, room.rulebook, {}, store, room.clock, "worker")
            while queue.round():
                pass
            assert list(store.listed()) == []
            assert run(other, "media", "check").exit_code == 0


def bucket_settings(app: Flask) -> Settings:
    here: Edge = app.extensions[KEY]
    return {name: value for name, value in here.settings.model_dump().items() if name.startswith("media_bucket")}


class TestWatching:
    def test_deep_health_names_it_and_not_where_it_is(self, after: Flask, s3: Store) -> None:
        told = after.test_client().get("/healthz?deep=1")
        assert told.json["files"] == {"ok": True, "kind": "bucket"}
        here: Edge = after.extensions[KEY]
        s3.client.delete_bucket(Bucket=here.settings.media_bucket)
        told = after.test_client().get("/healthz?deep=1")
        assert (told.status_code, told.json["files"]["ok"]) == (503, False)
        assert told.json["bad"]["files"] == MEANS["files"]
        assert here.settings.media_bucket not in told.text
        assert after.test_client().get("/healthz").status_code == 200, "messages are taken all the same"

    def test_deep_health_does_not_wait_for_a_store_that_is_silent(
        self, room: Darkroom, bucket: Settings, wire: Wire, tmp_path: Path
    ) -> None:
        silent = bucket | {"media_bucket_url": wire.url, "media_bucket_timeout_s": 60}
        app = app_of(room.database, room.rulebook, room.clock, tmp_path, **silent)
        wire.becomes("silent")
        assert app.test_client().get("/healthz?deep=1").json["files"]["ok"] is False

    def test_the_doctor_tries_it(self, before: Flask, after: Flask) -> None:
        kept = Outside(before.extensions[KEY]).files()
        assert isinstance(kept, Kept)
        assert [mark.name for mark in marks(files_findings(kept))] == ["OK"]
        assert wrongs(files_findings(Outside(after.extensions[KEY]).files())) == [
            "Files are left in MEDIA_FOLDER; bring them over with `flask --app app media move`."
        ]
        here: Edge = after.extensions[KEY]
        wrong = isolated_settings(**here.settings.model_dump() | {"media_bucket": "nowhere"})
        told = Outside(Edge(wrong, here.rulebook, here.database, here.clock, None)).files()
        assert isinstance(told, Unknown)
        assert "there is no such bucket" in wrongs(files_findings(told))[0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"media_bucket_url": "minio:9000"}, "MEDIA_BUCKET_URL: write it as https"),
        ({"media_bucket_url": "https://s3.example/?bucket=a"}, "MEDIA_BUCKET_URL: write it as https"),
        ({"media_bucket_access_key": "only"}, "set both or neither"),
        ({"media_bucket_secret_key": "only"}, "set both or neither"),
    ],
)
def test_settings_that_cannot_be_meant_so(wrong: Settings, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        bucket_of(isolated_settings(media_bucket="media", **wrong))
    assert isinstance(file_store(isolated_settings(media_folder=tmp_path, **wrong)), LocalFolder)


def test_a_photo_whose_store_is_away_is_said_to_be_had_later(
    room: Darkroom, bucket: Settings, wire: Wire, tmp_path: Path
) -> None:
    """Not that there is none."""
    app = app_of(room.database, room.rulebook, room.clock, tmp_path, **bucket | {"media_bucket_url": wire.url})
    run(app, "media", "move")
    wire.becomes("down")

    @app.get("/of-a-test")
    def photo() -> bytes:
        content: bytes = store_of(app).get(room.rows()[0].store_key)
        return content

    answer = app.test_client().get("/of-a-test")
    assert answer.status_code == 503
    assert "Coba lagi sebentar lagi" in answer.text
    wire.becomes("whole")
    assert app.test_client().get("/of-a-test").data.startswith(b"\xff\xd8\xff")
