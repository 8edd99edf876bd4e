"""Files of citizens in a bucket of an S3-compatible store: Amazon's, MinIO, Ceph and their like.

They lie there encrypted with ``SECRET_KEY`` and under the same names as in a folder, behind a prefix. What is
deleted is deleted in all its versions, for the law wants it gone and not merely out of sight.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import add_expect_header
from botocore.session import Session

from storage.files import KEY, EncryptedFiles, FileMissingError, Kept, StoreError, place_of

# Stores that have no regions take any.
ANY_REGION = "us-east-1"
CONNECT_WITHIN_S = 5.0
ATTEMPTS = 2  # the queue of files tries again anyway, with longer pauses
LOOK_WITHIN_S = 1.0
CONNECTIONS = 16
MISSING = "NoSuchKey"
NO_VERSIONS = ("NotImplemented", "501")
# What the store's codes mean for whoever set it up.
SAYS = {
    "NoSuchBucket": "there is no such bucket; make it, or correct MEDIA_BUCKET",
    "InvalidBucketName": "that is no name for a bucket; correct MEDIA_BUCKET",
    "InvalidAccessKeyId": "it does not know our access key; correct MEDIA_BUCKET_ACCESS_KEY",
    "SignatureDoesNotMatch": "our secret key is not the right one; correct MEDIA_BUCKET_SECRET_KEY",
    "AccessDenied": "our key is wrong or may not do that; look at the policies of key and bucket",
    "AuthorizationHeaderMalformed": "it is in another region; correct MEDIA_BUCKET_REGION",
    "PermanentRedirect": "it is in another region; correct MEDIA_BUCKET_REGION",
    "RequestTimeTooSkewed": "its clock and ours differ; set them right",
    "QuotaExceeded": "it is full; make room there",
    "XMinioStorageFull": "it is full; make room there",
    "EntityTooLarge": "it does not take so large a file; allow 24 MB there",
}
# Requests for a head are answered with a status only.
SAYS |= {"404": SAYS["NoSuchBucket"], "403": SAYS["AccessDenied"], "301": SAYS["PermanentRedirect"]}
UNREACHED: dict[type[Exception], str] = {
    exceptions.NoCredentialsError: "we have no key; set MEDIA_BUCKET_ACCESS_KEY and MEDIA_BUCKET_SECRET_KEY",
    exceptions.SSLError: "its certificate is not trusted; name its authority's in AWS_CA_BUNDLE",
    exceptions.ConnectTimeoutError: "it does not answer; is it up, is MEDIA_BUCKET_URL right?",
    exceptions.ReadTimeoutError: "it is too slow; look at its load, or raise MEDIA_BUCKET_TIMEOUT_S",
    exceptions.EndpointConnectionError: "nobody answers there; is it up, is MEDIA_BUCKET_URL right?",
}


@dataclass(frozen=True)
class Access:
    """Where the bucket is and how to get in.

    ``url``: of the store, empty for Amazon's. Without keys those that the machine has by itself count (a role).
    ``encryption``: what the store is asked to do on top of ours: nothing, ``AES256`` or ``aws:kms``.
    """

    bucket: str
    url: str = ""
    region: str = ""
    prefix: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    path_style: bool = True
    encryption: str = ""
    timeout_s: float = 10


class Bucket(EncryptedFiles):
    """A bucket; threads may share it."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def where(self) -> str:
        at = f" at {self._access.url}" if self._access.url else ""
        return f"The bucket {self._access.bucket}{at}"

    def put_blob(self, key: str, blob: bytes) -> None:
        at = self._at(key)
        by = {"ServerSideEncryption": self._access.encryption} if self._access.encryption else {}
        with self._telling("write"):
            self._client.put_object(**at, Body=blob, ContentType="application/octet-stream", **by)

    def blob(self, key: str) -> bytes:
        at = self._at(key)
        with self._telling("read"):
            try:
                return _whole(self._client.get_object(**at))
            except ClientError as error:
                if _code(error) == MISSING:
                    raise FileMissingError(key) from None
                raise

    def delete(self, key: str) -> None:
        at = self._at(key)
        with self._telling("delete"):
            for version in self._versions(at["Key"]):
                self._client.delete_object(**at, **version)

    def listed(self) -> Iterator[Kept]:
        with self._telling("list"):
            for page in self._pages("list_objects_v2", self._access.prefix):
                yield from self._ours(page.get("Contents", ()))

    def look(self) -> None:
        with self._telling("look into"):
            self._quick.head_bucket(Bucket=self._access.bucket)

    def check(self) -> None:
        super().check()
        next(self.listed(), None)

    def _ours(self, found: Any) -> Iterator[Kept]:
        for one in found:
            key = one["Key"].rpartition("/")[2]
            if KEY.fullmatch(key) and one["Key"] == self._name(key):
                yield Kept(key, one["LastModified"])

    def _versions(self, name: str) -> list[dict[str, str]]:
        """What to delete so that nothing is left of it: all versions, or the thing itself where there are none."""
        found: list[Any] = []
        try:
            for page in self._pages("list_object_versions", name):
                found += [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        except ClientError as error:
            if _code(error) in NO_VERSIONS:
                return [{}]
            raise
        return [{"VersionId": one["VersionId"]} for one in found if one["Key"] == name]

    def _pages(self, operation: str, prefix: str) -> Iterator[Any]:
        return iter(self._client.get_paginator(operation).paginate(Bucket=self._access.bucket, Prefix=prefix))

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._access.bucket, "Key": self._name(key)}

    def _name(self, key: str) -> str:
        return f"{self._access.prefix}{place_of(key)}"

    @contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        """What the library raises becomes one sentence for operators."""
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"{self.where} cannot be used to {doing}: {_reason(error)}.") from error

    @cached_property
    def _client(self) -> Any:
        return _client(self._access, CONNECT_WITHIN_S, self._access.timeout_s, ATTEMPTS)

    @cached_property
    def _quick(self) -> Any:
        return _client(self._access, LOOK_WITHIN_S, LOOK_WITHIN_S, 1)


def _client(access: Access, connect_s: float, read_s: float, attempts: int) -> Any:
    """Contents are signed, so that the store notices what changed on the way; newer checksums not all know."""
    config = Config(
        signature_version="s3v4",
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if access.path_style else "virtual", "payload_signing_enabled": True},
    )
    session = Session()
    # Files are small enough to be sent unasked; and when the connection breaks within the store's consent
    # ("100 Continue"), the library reads on for ever.
    session.unregister("before-call.s3", add_expect_header)
    return session.create_client(
        "s3",
        region_name=access.region or ANY_REGION,
        endpoint_url=access.url or None,
        aws_access_key_id=access.access_key or None,
        aws_secret_access_key=access.secret_key or None,
        config=config,
    )


def _whole(answer: Any) -> bytes:
    """The library takes an answer whose head was cut off for an empty one."""
    found: bytes = answer["Body"].read()
    said = answer.get("ContentLength")
    if said != len(found):
        raise exceptions.IncompleteReadError(actual_bytes=len(found), expected_bytes=said)
    return found


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        code = _code(error)
        return SAYS.get(code, f"it answers {code or 'with an error'}")
    found = next((says for kind, says in UNREACHED.items() if isinstance(error, kind)), None)
    return found or f"the connection broke ({type(error).__name__})"
