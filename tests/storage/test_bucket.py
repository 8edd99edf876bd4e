"""A bucket that is missing, closed, away, slow or full of old versions: one sentence each, nothing left."""

import time
from typing import Any

import pytest

from storage import keyring
from storage.bucket import Access, Bucket
from storage.files import FileMissingError, StoreError, new_key
from storage.keyring import Keyring
from tests.support.ports import free_port
from tests.support.s3 import ALL, Store, Wire

PHOTO = b"\xff\xd8\xff a photo of a pothole" * 5000
READ_ONLY = ALL | {
    "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Head*"], "Resource": "*"}]
}

# What is asked for its head only is answered with a status and no code.
ONLY_A_HEAD = "our key is wrong or may not do that; look at the policies of key and bucket."


def told(bucket: Bucket) -> set[str]:
    """What is said whatever is asked of it; nothing takes it for a file that is merely missing."""
    key, said = new_key(), set()
    for use in (lambda: bucket.put(key, PHOTO), lambda: bucket.get(key), lambda: bucket.delete(key),
                lambda: list(bucket.keys()), bucket.look, bucket.check):  # fmt: skip
        with pytest.raises(StoreError) as caught:
            use()
        said.add(str(caught.value).partition(": ")[2])
    return said


def test_a_bucket_that_is_not_there(s3: Store) -> None:
    bucket = Bucket(Access("nowhere", s3.url, access_key="any", secret_key="any"))
    assert told(bucket) == {"there is no such bucket; make it, or correct MEDIA_BUCKET."}
    with pytest.raises(StoreError, match=f"^The bucket nowhere at {s3.url} cannot be used to write: "):
        bucket.put(new_key(), PHOTO)


def test_keys_that_are_wrong(s3: Store) -> None:
    access = s3.access()
    with s3.guarded() as key:
        Bucket(access_with(access, key)).check()
        unknown = told(Bucket(access_with(access, key | {"access_key": "AKIAUNKNOWN"})))
        wrong = told(Bucket(access_with(access, key | {"secret_key": "another"})))
    assert unknown == {"it does not know our access key; correct MEDIA_BUCKET_ACCESS_KEY.", ONLY_A_HEAD}
    assert wrong == {"our secret key is not the right one; correct MEDIA_BUCKET_SECRET_KEY.", ONLY_A_HEAD}


def test_a_key_that_may_only_read(s3: Store) -> None:
    access = s3.access()
    with s3.guarded(READ_ONLY) as key:
        bucket = Bucket(access_with(access, key))
        bucket.look()
        with pytest.raises(StoreError, match="may not do that; look at the policies of key and bucket"):
            bucket.check()


def test_a_store_that_is_down() -> None:
    bucket = Bucket(Access("media", f"http://127.0.0.1:{free_port()}", access_key="any", secret_key="any"))
    assert told(bucket) == {"nobody answers there; is it up, is MEDIA_BUCKET_URL right?."}


def test_no_secret_is_in_any_sentence(s3: Store) -> None:
    access = s3.access(access_key="THEACCESSKEY", secret_key="the secret key")
    gone = Bucket(access_with(access, {"url": f"http://127.0.0.1:{free_port()}"}))
    with s3.guarded():
        said = " ".join(told(Bucket(access)) | told(gone)) + repr(access)
    assert "the secret key" not in said


def test_one_that_takes_a_connection_and_never_answers(s3: Store, wire: Wire) -> None:
    bucket = s3.bucket(url=wire.url, timeout_s=1)
    key = new_key()
    bucket.put(key, PHOTO)
    wire.becomes("silent")
    began = time.monotonic()
    with pytest.raises(StoreError, match="it is too slow; look at its load, or raise MEDIA_BUCKET_TIMEOUT_S"):
        bucket.get(key)
    assert time.monotonic() - began < 6, "two attempts of a second, and a pause"
    began = time.monotonic()
    with pytest.raises(StoreError, match="too slow"):
        bucket.look()
    assert time.monotonic() - began < 2
    wire.becomes("whole")
    assert bucket.get(key) == PHOTO


@pytest.mark.parametrize("after", [0, 20, 5_000])
def test_one_that_breaks_off_before_within_and_behind_the_head_of_its_answer(
    s3: Store, wire: Wire, after: int
) -> None:
    bucket = s3.bucket(url=wire.url)
    key = new_key()
    bucket.put(key, PHOTO)
    wire.becomes("cut", after)
    with pytest.raises(StoreError, match="cannot be used to read: the connection broke"):
        bucket.get(key)
    wire.becomes("whole")
    assert bucket.get(key) == PHOTO


def test_a_short_pause_of_the_store_is_not_noticed(s3: Store, wire: Wire) -> None:
    """The library asks once more, on a new connection."""
    bucket = s3.bucket(url=wire.url)
    key = new_key()
    bucket.put(key, PHOTO)
    wire.becomes("whole")  # breaks off the connections that are open
    assert bucket.get(key) == PHOTO


def test_of_what_is_deleted_no_version_stays(s3: Store) -> None:
    """A bucket that keeps versions only hides what is deleted plainly; the law wants it gone."""
    access = s3.access(versions=True)
    bucket, key, other = Bucket(access), new_key(), new_key()
    for secret in ("first", "second"):  # written anew, as `keys rotate` does
        keyring.use(Keyring((secret, "first")))
        bucket.put(key, PHOTO)
    bucket.put(f"{key}-small", b"small")
    bucket.put(other, PHOTO)
    s3.client.delete_object(Bucket=access.bucket, Key=f"{key[:2]}/{key}")  # as somebody did by hand
    assert len(s3.versions(access.bucket)) == 5
    bucket.delete(key)
    assert sorted(s3.versions(access.bucket)) == sorted([f"{key[:2]}/{key}-small", f"{other[:2]}/{other}"])


def test_what_others_have_in_the_bucket_is_not_ours(s3: Store) -> None:
    access = s3.access(prefix="suarakota/")
    bucket, key = Bucket(access), new_key()
    bucket.put(key, PHOTO)
    assert s3.names(access.bucket) == [f"suarakota/{key[:2]}/{key}"]
    for name in (
        f"{key[:2]}/{new_key()}",
        f"suarakota/{new_key()}",
        "suarakota/readme.txt",
        f"suarakota/zz/{key}",
    ):
        s3.client.put_object(Bucket=access.bucket, Key=name, Body=b"not ours")
    assert list(bucket.keys()) == [key]


@pytest.mark.parametrize("encryption", ["AES256", "aws:kms"])
def test_the_store_is_asked_to_encrypt_as_well(s3: Store, encryption: str) -> None:
    access = s3.access(encryption=encryption)
    key = new_key()
    Bucket(access).put(key, PHOTO)
    kept = s3.client.head_object(Bucket=access.bucket, Key=f"{key[:2]}/{key}")
    assert kept["ServerSideEncryption"] == encryption
    assert Bucket(access).get(key) == PHOTO


def test_a_damaged_file_is_no_missing_one(s3: Store) -> None:
    access = s3.access()
    bucket, key = Bucket(access), new_key()
    bucket.put(key, PHOTO)
    s3.client.put_object(Bucket=access.bucket, Key=f"{key[:2]}/{key}", Body=bucket.blob(key)[:-5])
    with pytest.raises(keyring.KeyringError):
        bucket.get(key)
    s3.client.delete_object(Bucket=access.bucket, Key=f"{key[:2]}/{key}")
    with pytest.raises(FileMissingError):
        bucket.get(key)


def access_with(access: Access, values: dict[str, Any]) -> Access:
    return Access(**(vars(access) | values))
