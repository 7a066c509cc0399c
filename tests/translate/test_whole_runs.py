"""Whole processes and a real server that counts: killed runs, runs side by side, disks that fail."""

import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TEXTS = [f"Text {word} {n}" for n in range(40) for word in ("one", "two", "three")]
CONCURRENCY = 2
BATCH = 7


@pytest.fixture
def bench(tmp_path: Path) -> Iterator["Bench"]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


class Bench:
    """A file to translate, a configuration, and a server that writes down what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "asked.jsonl"
        self.log.touch()
        server = Path(__file__).with_name("server.py")
        self.server = subprocess.Popen(
            [sys.executable, str(server), str(self.log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.server.stdout
        url = self.server.stdout.readline().strip()
        units = "".join(
            f'<trans-unit id="{n}"><source>{text}</source></trans-unit>' for n, text in enumerate(TEXTS, start=1)
        )
        (folder / "x.xlf").write_text(
            '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" '
            f'datatype="plaintext" source-language="en" target-language="de"><body>{units}</body></file></xliff>',
            encoding="utf-8",
        )
        one = f'use = "libretranslate"\nbase_url = "{url}"\nbatch = 1\nconcurrency = {CONCURRENCY}\n'
        (folder / "mtqa.toml").write_text(f"[engines.lt]\n{one}", encoding="utf-8")
        # Each engine is another server to the cache, for it has another address; one reads batches, one is sampled.
        three = [
            f'use = "libretranslate"\nbase_url = "{url}/one"\nbatch = 1\nconcurrency = {CONCURRENCY}\n',
            f'use = "libretranslate"\nbase_url = "{url}/two"\nbatch = {BATCH}\n',
            f'use = "libretranslate"\nbase_url = "{url}/three"\nbatch = {BATCH}\nconcurrency = 1\nsamples = 2\n',
        ]
        tables = [f"[engines.e{n}]\n{engine}" for n, engine in enumerate(three)]
        (folder / "three.toml").write_text("".join(tables), encoding="utf-8")

    def close(self) -> None:
        self.server.communicate()

    def start(
        self, out: str, cache: str = "cache.sqlite", limit: int = 0, config: str = "mtqa.toml"
    ) -> subprocess.Popen[str]:
        """A run; with a limit to the bytes that it may write into one file."""
        run = ["run", str(self.folder / "x.xlf"), "-c", str(self.folder / config)]
        run += ["-o", str(self.folder / out), "--cache", str(self.folder / cache)]
        bounded = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));" if limit else ""
        program = f"import sys; {bounded} sys.argv = ['mtqa', *{run!r}]; from mtqa.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def asked(self) -> list[str]:
        return [text for line in self.log.read_text(encoding="utf-8").splitlines() for text in json.loads(line)]

    def kept(self, cache: str = "cache.sqlite") -> set[str]:
        """The texts whose answers are in the cache: they are the texts in capitals."""
        if not (self.folder / cache).exists():
            return set()
        with contextlib.closing(sqlite3.connect(self.folder / cache)) as connection:
            try:
                answers = {json.loads(row[0])["text"] for row in connection.execute("SELECT answer FROM answers")}
            except sqlite3.OperationalError:  # killed before the tables were made
                return set()
        return {text for text in TEXTS if text.upper() in answers}

    def results(self, out: str) -> list[object]:
        lines = (self.folder / out / "segments.jsonl").read_text(encoding="utf-8").splitlines()
        results = [json.loads(line) for line in lines]
        for result in results:
            for candidate in result["candidates"]:
                candidate.pop("latency_ms")  # no two calls take the same time
        return results


def finished(run: subprocess.Popen[str]) -> None:
    _, errors = run.communicate()
    assert run.returncode == 0, errors


def killed_at_random(bench: Bench, moments: int, seed: int) -> None:
    """Kill runs on one cache until it is complete, then begin with a new one."""
    began = time.monotonic()
    finished(bench.start("undisturbed", "undisturbed.sqlite"))
    whole = time.monotonic() - began
    expected, dice = bench.results("undisturbed"), random.Random(seed)
    cache, moment, killed_asking = "0.sqlite", 0, 0
    while moment < moments:
        moment += 1
        kept, before = bench.kept(cache), len(bench.asked())
        run = bench.start("out", cache)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(dice.uniform(0.1, 1.1) * whole)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        asked = bench.asked()[before:]
        assert kept.isdisjoint(asked), "what was answered is not asked again"
        now = bench.kept(cache)
        assert kept <= now, "what was kept stays"
        assert len(set(asked) - now) <= CONCURRENCY, "only calls under way are lost"
        killed_asking += bool(asked) and len(now) < len(TEXTS)
        if len(now) == len(TEXTS) or moment == moments:
            before = len(bench.asked())
            finished(bench.start("out", cache))
            assert sorted(bench.asked()[before:]) == sorted(set(TEXTS) - now)
            assert bench.results("out") == expected
            cache = f"{moment}.sqlite"
    assert killed_asking, "some were killed while they asked"


def test_fault_36_killed_at_ten_moments(bench: Bench) -> None:
    killed_at_random(bench, 10, seed=1)


def counted(bench: Bench, cache: str) -> int:
    """Answers that are kept."""
    if not (bench.folder / cache).exists():
        return 0
    with contextlib.closing(sqlite3.connect(bench.folder / cache)) as connection:
        try:
            return int(connection.execute("SELECT COUNT(*) FROM answers").fetchone()[0])
        except sqlite3.OperationalError:  # killed before the tables were made
            return 0


def test_fault_36_three_engines_with_batches_and_samples_are_killed(bench: Bench) -> None:
    """Each text is to be answered four times: by two engines once, by the third one twice."""
    began = time.monotonic()
    finished(bench.start("undisturbed", "undisturbed.sqlite", config="three.toml"))
    whole, expected = time.monotonic() - began, bench.results("undisturbed")
    assert Counter(bench.asked()) == Counter(TEXTS * 4)
    dice, lost = random.Random(3), 0
    for _ in range(4):
        kept, before = counted(bench, "0.sqlite"), len(bench.asked())
        run = bench.start("out", "0.sqlite", config="three.toml")
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(dice.uniform(0.3, 0.8) * whole)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        asked, now = len(bench.asked()) - before, counted(bench, "0.sqlite")
        assert now >= kept
        lost += asked - (now - kept)
        assert asked - (now - kept) <= CONCURRENCY + 2 * BATCH + BATCH, "only calls under way are lost"
    before = len(bench.asked())
    kept = counted(bench, "0.sqlite")
    finished(bench.start("out", "0.sqlite", config="three.toml"))
    assert len(bench.asked()) - before == 4 * len(TEXTS) - kept
    assert bench.results("out") == expected


def test_fault_36_an_interrupt_keeps_what_was_answered(bench: Bench) -> None:
    run = bench.start("out")
    while len(bench.asked()) < 20:
        time.sleep(0.01)
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode != 0
    assert "Traceback" not in errors
    kept, before = bench.kept(), len(bench.asked())
    assert len(kept) >= 20 - CONCURRENCY
    finished(bench.start("out"))
    assert sorted(bench.asked()[before:]) == sorted(set(TEXTS) - kept)


@pytest.mark.slow
def test_fault_36_killed_at_two_hundred_moments(bench: Bench) -> None:
    killed_at_random(bench, 200, seed=2)


def test_fault_36_two_runs_at_once_ask_each_text_once(bench: Bench) -> None:
    runs = [bench.start("one"), bench.start("two")]
    for run in runs:
        finished(run)
    assert sorted(bench.asked()) == sorted(TEXTS)
    one, two = ((bench.folder / name / "segments.jsonl").read_bytes() for name in ("one", "two"))
    assert one == two


def failed(run: subprocess.Popen[str]) -> str:
    """The one line that a failed run says."""
    _, errors = run.communicate()
    assert run.returncode == 1
    assert "Traceback" not in errors
    [line] = [line for line in errors.splitlines() if line.startswith("error: ")]
    return line


@pytest.mark.skipif(sys.platform == "win32", reason="no limit to the size of a file")
def test_fault_36_a_full_disk_loses_nothing(bench: Bench) -> None:
    assert "check the disk" in failed(bench.start("out", limit=150_000))
    before, kept = len(bench.asked()), bench.kept()
    assert 0 < len(kept) < len(TEXTS)
    finished(bench.start("out"))
    assert sorted(bench.asked()[before:]) == sorted(set(TEXTS) - kept)


def spoil(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def spoil_an_answer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE answers SET answer = '{\"text\": '")


@pytest.mark.parametrize("damage", [spoil, spoil_an_answer])
def test_fault_36_a_damaged_cache_is_named_and_nothing_is_asked(bench: Bench, damage: Callable[[Path], None]) -> None:
    finished(bench.start("out"))
    before = len(bench.asked())
    damage(bench.folder / "cache.sqlite")
    line = failed(bench.start("out"))
    assert "cache.sqlite: is damaged" in line
    assert line.endswith("move it away and run again")
    assert len(bench.asked()) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write")
@pytest.mark.parametrize(("out", "cache"), [("/proc/out", "cache.sqlite"), ("out", "/proc/cache.sqlite")])
def test_fault_36_a_folder_that_cannot_be_written_is_named(bench: Bench, out: str, cache: str) -> None:
    assert "/proc" in failed(bench.start(out, cache))
    assert bench.asked() == []
