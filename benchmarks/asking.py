"""How much of what a server allows is used, over real HTTP, with the real cache and run store.

    python benchmarks/asking.py

A server in a process of its own speaks as LibreTranslate does. With a limit it answers no more than that many requests
in any second, and 429 with Retry-After to the others. Prints the table of docs/performance.md.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections import deque
from contextlib import closing
from dataclasses import replace
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
    """Answers after `latency` seconds, at most `rate` requests in any second (0: no limit)."""

    latency = 0.0
    rate = 0
    taken: ClassVar[deque[float]] = deque()
    counts: ClassVar[dict[str, float]] = {"answered": 0, "refused": 0, "first": 0.0, "last": 0.0}

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
            self.send(b"200 OK", self.counts)
        elif self.allowed():
            texts = json.loads(rest[:length])["q"]
            answer = {"translatedText": [text.upper() for text in texts]}
            asyncio.get_running_loop().call_later(self.latency, self.send, b"200 OK", answer)
        else:
            self.send(b"429 Too Many Requests\r\nretry-after: 1", {"error": "Slowdown"})

    def allowed(self) -> bool:
        now, counts = time.monotonic(), self.counts
        while self.taken and now - self.taken[0] > 1:
            self.taken.popleft()
        if self.rate and len(self.taken) >= self.rate:
            counts["refused"] += 1
            return False
        self.taken.append(now)
        counts["answered"] += 1
        counts["first"], counts["last"] = counts["first"] or now, now
        return True

    def send(self, status: bytes, body: object) -> None:
        content = json.dumps(body).encode()
        head = b"HTTP/1.1 " + status + b"\r\ncontent-length: %d\r\n\r\n" % len(content)
        if not self.transport.is_closing():
            self.transport.write(head + content)


async def serve(latency: float, rate: int) -> None:
    """Until standard input ends."""
    Limited.latency, Limited.rate = latency, rate
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Limited, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def measure(
    texts: int, concurrency: int, latency: float, rate: int, paced: float | None, batch: int = 1
) -> dict[str, float]:
    """Ask about `texts`, so many a request, at the rate that the configuration says.

    Returns what the server counted, and `cpu`: milliseconds of processor time of this process for each text.
    """
    command = [sys.executable, __file__, "serve", str(latency), str(rate)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    assert server.stdout  # noqa: S101 - it is a pipe
    url = f"http://127.0.0.1:{int(server.stdout.readline())}"
    engine = LibreTranslateEngine(base_url=url, batch=batch, concurrency=concurrency)
    engine.capabilities = replace(engine.capabilities, rate=paced)
    segments = [Segment(f"f#{n}", "f", f"{n}", Text(f"text {n}{_WORDS}"), "en", "de") for n in range(1, texts + 1)]
    with (
        TemporaryDirectory() as folder,
        closing(Answers(Path(folder) / "answers.sqlite")) as answers,
        closing(RunStore(Path(folder) / "run")) as store,
        closing(engine),
    ):
        store.add_segments(segments)
        began = time.process_time()
        ask({"e": engine}, store.segments, answers, store, lambda _engine, _count: None)
        cpu = 1000 * (time.process_time() - began) / texts
    with urllib.request.urlopen(url) as reply:
        counts: dict[str, float] = json.loads(reply.read())
    server.communicate()
    return {**counts, "cpu": cpu}


def main() -> None:
    print("| server | engine | requests/s | of what is possible | refused |")
    print("|---|---|---|---|---|")
    rows = [
        ("50 a second, 300 ms", 64, 0.3, 50, 50.0, 1200),
        ("20 a second, 50 ms", 16, 0.05, 20, 20.0, 400),
        ("50 a second, 300 ms, rate not configured", 64, 0.3, 50, None, 600),
        ("no limit, 300 ms", 16, 0.3, 0, None, 640),
        ("no limit, 300 ms", 64, 0.3, 0, None, 2560),
    ]
    for name, concurrency, latency, rate, paced, requests in rows:
        counts = measure(requests, concurrency, latency, rate, paced)
        # Without a limit the last ones must still be waited for; with one, n starts span n - 1 gaps.
        seconds = counts["last"] - counts["first"] + (0 if rate else latency)
        reached = (counts["answered"] - (1 if rate else 0)) / seconds
        possible = rate or concurrency / latency
        refused = counts["refused"] / (counts["answered"] + counts["refused"])
        told = f"{concurrency} at once" + (f", rate {paced:g}" if paced else "")
        print(f"| {name} | {told} | {reached:.1f} | {reached / possible:.1%} | {refused:.1%} |")
    cpu = measure(5000, 4, 0.02, 0, None, batch=25)["cpu"]
    print(f"\n{cpu:.2f} ms of processor time a text, with 25 texts a request; the client is loaded in that time.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(float(sys.argv[2]), int(sys.argv[3])))
    else:
        main()
