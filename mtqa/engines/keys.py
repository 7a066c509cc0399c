"""Keys: from the environment or from a command, never from a file of ours, and never into a message."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

from mtqa.engines.faults import Fault
from mtqa.engines.options import Connection
from mtqa.errors import ConfigError

_SECRETS = {
    *("key", "api_key", "apikey", "access_key", "secret_key", "secret", "client_secret", "password", "passwd"),
    *("token", "api_token", "access_token", "auth_token", "authorization", "bearer", "credentials"),
}
_NAME = re.compile("[A-Z_][A-Z0-9_]*")  # of an environment variable, as they are written
_COMMAND_TIMEOUT = 60.0  # seconds; it may ask somebody for a password


def is_secret(name: str) -> bool:
    """Whether a field or an option of this name holds a key, which must not be in a file, nor in a signature."""
    return name.lstrip("-").replace("-", "_").lower() in _SECRETS


class Auth(Protocol):
    """What makes a request ours."""

    @property
    def secrets(self) -> Sequence[str]:
        """What must not appear in any message."""
        ...

    def headers(self, url: str, content: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers to add to a request that has `headers` already."""
        ...

    def mended(self, fault: Fault, sent: Mapping[str, str]) -> bool:
        """Whether a request that was refused is worth sending once more; `sent` is what `headers` gave for it."""
        ...


class Key:
    """One key, sent as `prefix` and key in the header `header`, or in no header when that is empty.

    Without `key_env` and `key_command` there is none, which raises ConfigError if it is `required`.
    """

    def __init__(
        self,
        engine: str,
        connection: Connection,
        header: str = "authorization",
        prefix: str = "Bearer ",
        *,
        required: bool = True,
    ) -> None:
        self._engine, self._header, self._prefix = engine, header, prefix
        self._command = connection.get("key_command")
        variable = connection.get("key_env")
        if variable and self._command:
            raise ConfigError(f"{engine} key_command", "key_env is set as well", "leave one of the two")
        if required and not variable and not self._command:
            raise ConfigError(f"{engine} key_env", "no key", "name the environment variable that holds it")
        self._lock = threading.Lock()
        self._former: list[str] = []
        self.value: str | None = None
        if variable:
            self.value = from_environment(engine, variable)
        elif self._command:
            self.value = self._printed(self._command)

    @property
    def secrets(self) -> Sequence[str]:
        """The key, and those that it replaced."""
        return [*self._former, self.value] if self.value else []

    def headers(self, url: str, content: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """The header with the key."""
        del url, content, headers
        return self._header_now()

    def mended(self, fault: Fault, sent: Mapping[str, str]) -> bool:
        """Whether the command prints another key now, or did so for another call meanwhile."""
        if fault.status != 401 or not self._command or not self.value:
            return False
        with self._lock:
            if sent == self._header_now():
                self._former.append(self.value)
                self.value = self._printed(self._command)
            return sent != self._header_now()

    def _printed(self, command: Sequence[str]) -> str:
        return sendable(f"{self._engine} key_command", printed(self._engine, command))

    def _header_now(self) -> dict[str, str]:
        return {self._header: self._prefix + self.value} if self.value and self._header else {}


def from_environment(engine: str, variable: str) -> str:
    """The value of an environment variable. Raises ConfigError when it is not set.

    What is not written like the name of one may be the key itself, put in its place, and is not told.
    """
    key = os.environ.get(variable, "").strip()
    if not key and not _NAME.fullmatch(variable):
        what = "no environment variable is called that (not shown: it may be the key itself)"
        raise ConfigError(f"{engine} key_env", what, "put the key into the environment, and name its variable here")
    if not key:
        raise ConfigError(f"{engine} key_env", f"the environment variable {variable} is not set", "set it to the key")
    return sendable(f"{engine} key_env", key)


def printed(engine: str, command: Sequence[str]) -> str:
    """What a command prints. Raises ConfigError, without its output: that may be half of a key."""
    where = f"{engine} key_command"
    todo = "run it in a terminal to see what it says"
    if not command or not all(isinstance(part, str) for part in command):
        raise ConfigError(where, "is not a list of texts", 'write ["program", "argument"]')
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_TIMEOUT, check=False
        )
    except (OSError, ValueError) as error:
        raise ConfigError(where, f"{command[0]} cannot be run ({type(error).__name__})", todo) from None
    except subprocess.TimeoutExpired:
        raise ConfigError(where, f"printed nothing in {_COMMAND_TIMEOUT:.0f} s", todo) from None
    key = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode or not key:
        raise ConfigError(where, f"ended with status {done.returncode} and {len(key)} characters", todo)
    return key


def sendable(where: str, key: str) -> str:
    """`key`, when a header can carry it. Raises ConfigError, without the key."""
    if not key.isascii() or not key.isprintable():
        raise ConfigError(where, "the key contains characters that cannot be sent", "check it for line breaks")
    return key
