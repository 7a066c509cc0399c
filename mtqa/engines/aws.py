"""AWS: credentials, and Signature Version 4, which signs each request with them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from mtqa.engines.faults import Fault
from mtqa.engines.keys import printed, sendable
from mtqa.engines.options import Connection
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused

_ALGORITHM = "AWS4-HMAC-SHA256"
_CLOCK = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed", "RequestExpired")
_BUSY = {
    *("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"),
    *("ModelNotReadyException", "ModelTimeoutException", "ModelErrorException", "ServiceUnavailableException"),
}
_REFUSED = {  # several of them come with status 400
    *("AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidSignatureException"),
    *("ExpiredTokenException", "ExpiredToken", "InvalidClientTokenId", "MissingAuthenticationTokenException"),
    *("IncompleteSignatureException", "ResourceNotFoundException", "OptInRequired", "NotAuthorized"),
}
_STALE = ("ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; `token` where it is a temporary one."""

    access: str
    secret: str
    token: str = ""

    @classmethod
    def from_environment(cls, engine: str) -> Credentials:
        """From the variables that all AWS programs read. Raises ConfigError when they are not set."""
        values = [os.environ.get(name, "").strip() for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
        for name, value in zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), values, strict=True):
            if not value:
                what = f"the environment variable {name} is not set"
                raise ConfigError(f"{engine} key", what, "set it, or set key_command")
        return cls._checked(engine, *values, os.environ.get("AWS_SESSION_TOKEN", "").strip())

    @classmethod
    def from_command(cls, engine: str, command: Sequence[str]) -> Credentials:
        """From a command that prints them as `aws configure export-credentials` does. Raises ConfigError."""
        try:
            found = json.loads(printed(engine, command))
            values = [found["AccessKeyId"], found["SecretAccessKey"], found.get("SessionToken") or ""]
        except (ValueError, KeyError, TypeError, AttributeError):
            values = []
        if not values or not all(isinstance(value, str) for value in values):
            todo = 'use ["aws", "configure", "export-credentials"] or a program that prints the same JSON'
            raise ConfigError(f"{engine} key_command", "prints no AWS credentials", todo) from None
        return cls._checked(engine, *values)

    @classmethod
    def _checked(cls, engine: str, *values: str) -> Credentials:
        return cls(*(sendable(f"{engine} key", value) for value in values))


class SigV4:
    """Signs requests to one service in one region. Corrects its clock by the server's, once it is told to."""

    def __init__(self, engine: str, region: str, service: str, connection: Connection) -> None:
        if "key_env" in connection:
            todo = "leave it out: the AWS_ variables are read, or key_command"
            raise ConfigError(f"{engine} key_env", "an AWS key has two parts", todo)
        self._engine, self._region, self._service = engine, region, service
        self._command = connection.get("key_command")
        self._lock = threading.Lock()
        self._credentials = self._read()
        self._former: list[Credentials] = []
        self._offset = 0.0  # seconds that the server's clock is ahead of ours

    @property
    def secrets(self) -> Sequence[str]:
        """All parts of the credentials, and those that they replaced."""
        known = (self._credentials, *self._former)
        return [part for one in known for part in (one.secret, one.token, one.access) if part]

    def headers(self, url: str, content: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """The date and the signature of a POST request."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + self._offset))
        scope = f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"
        return signed(self._credentials, scope, stamp, url, content, headers)

    def mended(self, fault: Fault, sent: Mapping[str, str]) -> bool:
        """Whether the clock was wrong and is corrected, or the command prints other credentials now."""
        if fault.status not in (400, 401, 403):
            return False
        said = f"{error_type(fault)} {fault.text}"
        with self._lock:
            if any(words in said for words in _CLOCK):
                return self._corrected(fault.headers.get("date", ""))
            if not self._command or not any(words in said for words in _STALE):
                return False
            if sent["authorization"].startswith(f"{_ALGORITHM} Credential={self._credentials.access}/"):
                former, self._credentials = self._credentials, self._read()
                self._former.append(former)
                return former != self._credentials
            return True

    def _read(self) -> Credentials:
        if self._command:
            return Credentials.from_command(self._engine, self._command)
        return Credentials.from_environment(self._engine)

    def _corrected(self, date: str) -> bool:
        try:
            self._offset = parsedate_to_datetime(date).timestamp() - time.time()
        except (ValueError, OverflowError):
            return False
        return True


def signed(
    credentials: Credentials, scope: str, stamp: str, url: str, content: bytes, headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers that sign a POST request at `stamp` (20260131T235959Z); `scope` is date/region/service/aws4_request.

    Source: AWS Signature Version 4, "Create a signed AWS API request". The path is escaped once more than in the URL,
    as for all services but S3. The URL has no query; names of headers are in lower case.
    """
    parts = urlsplit(url)
    added = {"x-amz-date": stamp, **({"x-amz-security-token": credentials.token} if credentials.token else {})}
    signing = dict(sorted({**headers, **added, "host": parts.netloc}.items()))
    names = ";".join(signing)
    lines = "".join(f"{name}:{value}\n" for name, value in signing.items())
    path = quote(parts.path or "/", safe="/~")
    request = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(content).hexdigest()}"
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    authorization = (
        f"{_ALGORITHM} Credential={credentials.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return {**added, "authorization": authorization}


def error_type(fault: Fault) -> str:
    """The name of an error of AWS: in the header, or under `__type` in the body, with a namespace before it."""
    said = fault.headers.get("x-amzn-errortype") or fault.body.get("__type")
    return said.split(":")[0].rsplit("#", 1)[-1] if isinstance(said, str) else ""


def judge(fault: Fault) -> type[EngineError] | None:
    """What an error of AWS means, by its name; None leaves it to the status."""
    name = error_type(fault)
    if name in _BUSY:
        return EngineBusy
    return EngineRefused if name in _REFUSED else None
