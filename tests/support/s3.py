"""An S3-compatible store as a test looks into it and steers it, and a wire to it that can be cut."""

import itertools
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from botocore.session import Session

from storage.bucket import Access, Bucket
from tests.support.processes import running

USER, ALL = (
    "suarakota",
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)
NO_CHECKS = "inf"
_names = itertools.count(1)


class Store:
    """A running store. Whoever asks without :meth:`guarded` may use any key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = self._client("s3")

    def _client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        return Session().create_client(service, region_name="us-east-1", endpoint_url=self.url, **keys)

    def bucket(self, *, versions: bool = False, **access: Any) -> Bucket:
        """A new bucket, as an installation uses it."""
        return Bucket(self.access(versions=versions, **access))

    def access(self, *, versions: bool = False, **more: Any) -> Access:
        """A new bucket and how to get in."""
        name = f"media-{next(_names)}"
        self.client.create_bucket(Bucket=name)
        if versions:
            self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        usual = {"url": self.url, "access_key": "any", "secret_key": "any", "timeout_s": 2}
        return Access(bucket=name, **(usual | more))

    def settings(self, **more: Any) -> dict[str, Any]:
        """The settings of an installation with a new bucket."""
        return settings_of(self.access(**more))

    def names(self, bucket: str) -> list[str]:
        """Everything that lies in it, by its whole name."""
        found = self.client.list_objects_v2(Bucket=bucket)
        return [one["Key"] for one in found.get("Contents", ())]

    def versions(self, bucket: str) -> list[str]:
        """Everything that can still be had from it, marks of deletion included."""
        found = self.client.list_object_versions(Bucket=bucket)
        return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, ())]

    @contextmanager
    def guarded(self, policy: dict[str, Any] = ALL) -> Iterator[dict[str, str]]:
        """Only who has this key gets in, and only as far as ``policy`` allows."""
        iam, user = self._client("iam"), f"{USER}-{next(_names)}"
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        httpx.post(f"{self.url}/moto-api/reset-auth", content="0", trust_env=False)
        try:
            yield {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        finally:
            httpx.post(f"{self.url}/moto-api/reset-auth", content=NO_CHECKS, trust_env=False)


def settings_of(access: Access) -> dict[str, Any]:
    """The settings of an installation that has this bucket."""
    return {
        "media_bucket": access.bucket,
        "media_bucket_url": access.url,
        "media_bucket_access_key": access.access_key,
        "media_bucket_secret_key": access.secret_key,
        "media_bucket_timeout_s": access.timeout_s,
    }


@contextmanager
def store_running() -> Iterator[Store]:
    with running("tests.standins.s3") as started:
        yield Store(started.url)


class Wire:
    """Passes connections on to a server. ``mode``: ``whole``, ``down`` (nobody answers), ``silent`` (taken and
    never answered), ``cut`` (each connection is broken off when the server has said so many bytes)."""

    def __init__(self, url: str) -> None:
        self.mode, self._words = "whole", 0
        self._to = ("127.0.0.1", urlsplit(url).port or 80)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def becomes(self, mode: str, after: int = 20) -> None:
        """From now on; what is open is broken off. ``after``: so many bytes of answers."""
        self.mode, self._words = mode, after
        self._break_off()

    def close(self) -> None:
        self._socket.close()
        self._break_off()

    def _break_off(self) -> None:
        while self._open:
            one = self._open.pop()
            with _quietly():
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with _quietly():
            while True:
                caller, _ = self._socket.accept()
                if self.mode == "down":
                    caller.close()
                    continue
                self._open.append(caller)
                if self.mode != "silent":
                    self._connect(caller)

    def _connect(self, caller: socket.socket) -> None:
        server = socket.create_connection(self._to)
        self._open.append(server)
        for source, target in ((caller, server), (server, caller)):
            is_answer = source is server
            threading.Thread(target=self._pass_on, args=(source, target, is_answer), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with _quietly():
            said = 0
            while data := source.recv(65536):
                if is_answer and self.mode == "cut":
                    data = data[: self._words - said]
                target.sendall(data)
                said += len(data)
                if is_answer and self.mode == "cut" and said >= self._words:
                    break
        for one in (source, target):
            with _quietly():
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def _quietly() -> Iterator[None]:
    """The other side may go at any time."""
    try:
        yield
    except OSError:
        return
