"""Any program that translates: texts go to its standard input, translations come from its standard output."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from mtqa.engines.common import in_order, translated
from mtqa.engines.faults import excerpt
from mtqa.engines.keys import is_secret
from mtqa.engines.options import character_price, require_positive
from mtqa.errors import ConfigError, EngineBusy, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing
from mtqa.ports import Capabilities, NoAnswer, Outcome, Query

_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")  # what programs take for the end of a line


def _holds_key(part: str) -> bool:
    """Whether an argument is, or has, a key: the whole command is in the signature."""
    return part.startswith("-") and is_secret(part.partition("=")[0])


class CommandEngine:
    """Translates with a local program, started for each batch, without a shell.

    `command`: program and arguments, in which `{source}` and `{target}` become the languages. `protocol`: "lines", a
    text a line in and a translation a line out; or "json", `{"from", "to", "items": [{"id", "text"}]}` in and
    `{"items": [{"id", "text"}]}` out. `markup`: how inline codes are written for it; "none" leaves them out. `version`
    is for you to change when the program has changed, so that its earlier answers are not used again. `timeout`:
    seconds for a batch.
    """

    def __init__(  # noqa: PLR0913 - the parameters are the configuration
        self,
        *,
        command: list[str],
        protocol: Literal["lines", "json"] = "lines",
        markup: Literal["xml", "html", "tokens", "none"] = "tokens",
        version: str = "",
        batch: int = 20,
        timeout: float = 120,
        concurrency: int = 1,
        rate: float | None = None,
        price: float = 0.0,
    ) -> None:
        if not command or not all(isinstance(part, str) for part in command) or "\0" in "".join(command):
            raise ConfigError("command", "is not a list of texts", 'write ["program", "argument"]')
        if secret := next((part.partition("=")[0] for part in command if _holds_key(part)), None):
            raise ConfigError(
                "command", f"{excerpt(secret)} is a secret", "let the program read it from the environment"
            )
        if shutil.which(command[0]) is None:
            raise ConfigError("command", f"no program {excerpt(command[0])}", "install it, or write its full path")
        limits = {"timeout": timeout, "batch": batch, "concurrency": concurrency, "rate": rate}
        require_positive("command", limits)
        self._command, self._protocol, self._version, self._timeout = command, protocol, version, timeout
        self.where = f"command ({excerpt(Path(command[0]).name)})"
        self.capabilities = Capabilities(
            None if markup == "none" else Markup(markup),
            max_items=batch,
            max_chars=20_000,
            concurrency=concurrency,
            rate=rate,
            price=character_price("command", {"price": price}),
        )
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    @property
    def signature(self) -> str:
        """The command, how it is talked to, and its version as configured."""
        markup = self.capabilities.markup or "none"
        return f"command|{json.dumps(self._command)}|{self._protocol}|{markup}|{self._version}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One run of the program for the whole batch."""
        if self._protocol == "json":
            return self._by_id(batch)
        lines = [query for query in batch if _BREAKS.isdisjoint(query.text)]
        broken = "the text has line breaks, and the program is given a text a line; set protocol to json"
        rest = [NoAnswer(query.id, Missing.ABSTAINED, broken) for query in batch if query not in lines]
        return [*self._by_line(lines), *rest] if lines else rest

    def close(self) -> None:
        """End programs that run."""
        with self._lock:
            self._closed = True
            for process in self._running:
                _kill(process)

    def _by_line(self, batch: Sequence[Query]) -> list[Outcome]:
        output = self._run(batch, "".join(f"{query.text}\n" for query in batch))
        found = output.removesuffix("\n").split("\n")
        price = self.capabilities.price
        texts = in_order(self.where, batch, [line.removesuffix("\r") for line in found])
        return [translated(query, str(text), price) for query, text in texts]

    def _by_id(self, batch: Sequence[Query]) -> list[Outcome]:
        items = [{"id": query.id, "text": query.text} for query in batch]
        asked = {"from": batch[0].source_lang, "to": batch[0].target_lang, "items": items}
        try:
            answer = json.loads(self._run(batch, json.dumps(asked, ensure_ascii=False)))
        except (ValueError, RecursionError):
            raise EngineReply(
                self.where, "its output is not JSON", "see docs/engines.md for what it must print"
            ) from None
        given = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(given, list):
            raise EngineReply(self.where, "its output has no items", "see docs/engines.md for what it must print")
        # As many outcomes of an id as there are: one that comes twice has failed.
        texts = [(one.get("id"), one.get("text")) for one in given if isinstance(one, dict)]
        price, by_id = self.capabilities.price, {query.id: query for query in batch}
        return [
            translated(by_id[name], text, price)
            for name, text in texts
            if isinstance(name, str) and isinstance(text, str) and name in by_id
        ]

    def _run(self, batch: Sequence[Query], text: str) -> str:
        languages = {"{source}": batch[0].source_lang, "{target}": batch[0].target_lang}
        command = list(self._command)
        for name, language in languages.items():
            command = [part.replace(name, language) for part in command]
        with self._started(command) as process:
            try:
                output, errors = process.communicate(text.encode("utf-8", "replace"), self._timeout)
            except subprocess.TimeoutExpired:
                _kill(process)
                what = f"did not end in {self._timeout:g} s"
                raise EngineBusy(self.where, what, "raise timeout, or lower batch") from None
            finally:
                with self._lock:
                    self._running.discard(process)
        if self._closed:
            raise EngineBusy(self.where, "the program was ended", "run again")
        if process.returncode:
            said = excerpt(errors.decode("utf-8", "replace"))
            raise EngineReply(self.where, f"ended with status {process.returncode}: {said}", "a smaller batch is tried")
        try:
            return output.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise EngineReply(self.where, "its output is not UTF-8", "make it print UTF-8") from None

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        with self._lock:
            if self._closed:
                raise EngineBusy(self.where, "the engine is closed", "run again")
            try:
                # A session of its own, so that what it starts itself can be ended with it.
                process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)  # noqa: S603
            except OSError as error:
                raise EngineRefused(self.where, f"cannot be started ({error.strerror})", "check command") from None
            self._running.add(process)
        return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
