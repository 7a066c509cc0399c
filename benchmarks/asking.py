"""How much of what a server allows is used, over real HTTP, with the real cache and run store.

    python benchmarks/asking.py [SECONDS] [LINE ...]

A server in a process of its own speaks as LibreTranslate does. With a limit it answers no more than that many requests
in any second, or has a bucket of tokens that fills at that rate, and says 429 with Retry-After to the others. SECONDS
is for how long those are asked whose rate is not configured, 120 by default. LINE: one of the names that `--lines`
prints, or several; all of them by default. Prints the table of docs/performance.md.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.inline import Text
from mtqa.model import Segment
from mtqa.store.answers import Answers
from mtqa.store.run import RunStore
from mtqa.translate import ask

_WORDS = " of a sentence that is about as long as sentences in manuals are" * 2


class Limited(asyncio.Protocol):
    """Answers after `latency` seconds, at most `rate` requests a second (0: no limit).

    With `burst` 0, no more than that in any second; otherwise a bucket of so many tokens, which fills at that rate.
    """

    latency = 0.0
    rate = 0
    burst = 0
    tokens, filled = 0.0, 0.0
    taken: ClassVar[deque[float]] = deque()
    answered: ClassVar[list[float]] = []
    refused: ClassVar[list[float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it listens on TCP
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if not found or len(rest) < length:
            return
        self.buffer = rest[length:]
        if head.startswith(b"GET"):
            self.send(b"200 OK", {"answered": self.answered, "refused": self.refused})
        elif self.allowed():
            texts = json.loads(rest[:length])["q"]
            answer = {"translatedText": [text.upper() for text in texts]}
            asyncio.get_running_loop().call_later(self.latency, self.send, b"200 OK", answer)
        else:
            self.send(b"429 Too Many Requests\r\nretry-after: 1", {"error": "Slowdown"})

    def allowed(self) -> bool:
        now, kind = time.monotonic(), type(self)
        while self.taken and now - self.taken[0] > 1:
            self.taken.popleft()
        kind.tokens = min(float(self.burst), kind.tokens + (now - kind.filled) * self.rate)
        kind.filled = now
        if self.rate and (kind.tokens < 1 if self.burst else len(self.taken) >= self.rate):
            self.refused.append(now)
            return False
        kind.tokens -= 1
        self.taken.append(now)
        self.answered.append(now)
        return True

    def send(self, status: bytes, body: object) -> None:
        content = json.dumps(body).encode()
        head = b"HTTP/1.1 " + status + b"\r\ncontent-length: %d\r\n\r\n" % len(content)
        if not self.transport.is_closing():
            self.transport.write(head + content)


async def serve(latency: float, rate: int, burst: int) -> None:
    """Until standard input ends."""
    Limited.latency, Limited.rate, Limited.burst, Limited.tokens = latency, rate, burst, float(burst)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Limited, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@dataclass(frozen=True)
class Case:
    """A server, and how it is asked; `paced`: the rate that the configuration says, 0 for none."""

    name: str
    concurrency: int
    latency: float
    requests: int
    rate: int = 0
    burst: int = 0
    paced: float = 0
    batch: int = 1


@dataclass(frozen=True)
class Counted:
    """When the server answered and refused, and milliseconds of processor time of this process for each text."""

    answered: list[float]
    refused: list[float]
    cpu: float

    def used(self, case: Case, since: float = 0.0) -> float:
        """The part of what is possible that was used, from so many seconds after the first answer."""
        begin = self.answered[0] + since
        times = [at for at in self.answered if at >= begin]
        # Without a limit the last ones must still be waited for; with one, n starts span n - 1 gaps.
        seconds = times[-1] - times[0] + (0 if case.rate else case.latency)
        return (len(times) - (1 if case.rate else 0)) / seconds / (case.rate or case.concurrency / case.latency)

    def refusals(self, since: float = 0.0) -> float:
        """The part of the requests that was refused, from so many seconds after the first answer."""
        begin = self.answered[0] + since
        refused = sum(at >= begin for at in self.refused)
        return refused / (refused + sum(at >= begin for at in self.answered))


def measure(case: Case) -> Counted:
    """Ask about as many texts as make the requests of the case."""
    command = [sys.executable, __file__, "serve", str(case.latency), str(case.rate), str(case.burst)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    assert server.stdout  # noqa: S101 - it is a pipe
    url = f"http://127.0.0.1:{int(server.stdout.readline())}"
    engine = LibreTranslateEngine(base_url=url, batch=case.batch, concurrency=case.concurrency)
    engine.capabilities = replace(engine.capabilities, rate=case.paced or None)
    texts = case.requests * case.batch
    segments = [Segment(f"f#{n}", "f", f"{n}", Text(f"text {n}{_WORDS}"), "en", "de") for n in range(1, texts + 1)]
    with (
        TemporaryDirectory() as folder,
        closing(Answers(Path(folder) / "answers.sqlite")) as answers,
        closing(RunStore(Path(folder) / "run")) as store,
        closing(engine),
    ):
        store.add_segments(segments)
        began = time.process_time()
        asked = ask({"e": engine}, store.segments, answers, store, lambda _engine, _count: None)
        cpu = 1000 * (time.process_time() - began) / texts
    assert not asked.troubles, asked.troubles  # noqa: S101 - a fast answer that is none is worth nothing
    with urllib.request.urlopen(url) as reply:
        counts = json.loads(reply.read())
    server.communicate()
    return Counted(counts["answered"], counts["refused"], cpu)


def cases_of(seconds: int) -> dict[str, Case]:
    """The lines of the table by name."""
    return {
        "rate-50": Case("50 in any second, 300 ms", 64, 0.3, 1200, 50, paced=50),
        "rate-20": Case("20 in any second, 50 ms", 16, 0.05, 400, 20, paced=20),
        "bucket-1": Case("50 a second, burst 1, 300 ms", 64, 0.3, 1200, 50, 1, paced=50),
        "bucket-5": Case("50 a second, burst 5, 300 ms", 64, 0.3, 1200, 50, 5, paced=50),
        "any-50": Case("50 in any second, 300 ms", 64, 0.3, 50 * seconds, 50),
        "any-20": Case("20 in any second, 50 ms", 16, 0.05, 20 * seconds, 20),
        "burst-50": Case("50 a second, burst 50, 300 ms", 64, 0.3, 50 * seconds, 50, 50),
        "burst-5": Case("50 a second, burst 5, 300 ms", 64, 0.3, 50 * seconds, 50, 5),
        "burst-1": Case("10 a second, burst 1, 1 s", 32, 1.0, 10 * seconds, 10, 1),
        "free-16": Case("no limit, 300 ms", 16, 0.3, 640),
        "free-64": Case("no limit, 300 ms", 64, 0.3, 2560),
        "batches": Case("no limit, 20 ms, 25 texts a request", 4, 0.02, 800, batch=25),
    }


def main(seconds: int, names: Sequence[str]) -> None:
    cases = cases_of(seconds)
    print("| server | engine | of what is possible | refused | after 30 s | refused |")
    print("|---|---|---|---|---|---|")
    for case in [cases[name] for name in names or cases]:
        counted = measure(case)
        if case.batch > 1:
            told = f"{case.batch} texts a request, the loading of the client included"
            print(f"\n{counted.cpu:.3f} ms of processor time a text, with {told}.")
            continue
        told = f"{case.concurrency} at once" + (f", rate {case.paced:g}" if case.paced else "")
        late = ""
        if case.rate and not case.paced and seconds > 60:
            late = f"{counted.used(case, 30):.1%} | {counted.refusals(30):.2%}"
        row = f"{case.name} | {told} | {counted.used(case):.1%} | {counted.refusals():.2%}"
        print(f"| {row} | {late or ' | '} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
    elif sys.argv[1:] == ["--lines"]:
        print(*cases_of(0))
    else:
        numbers = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
        main(numbers[0] if numbers else 120, [argument for argument in sys.argv[1:] if not argument.isdecimal()])
