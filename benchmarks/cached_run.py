"""Where the time of `mtqa run` goes when every answer is in the cache already.

    python benchmarks/cached_run.py [SEGMENTS] [--profile STAGE]

A file of SEGMENTS distinct segments (100,000 by default) and three engines, whose answers are put into the answer cache
beforehand; no server exists. The stages are timed in one process, by the processor; the time of the compiled kernel is
measured inside the judging. `--profile` prints what one stage (read, translate, judge, rank, write) spends most
on. Prints the table of docs/performance.md.
"""

from __future__ import annotations

import cProfile
import pstats
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from spent import watched

from mtqa import pipeline
from mtqa.confidence import Confidence
from mtqa.config import load_settings
from mtqa.inputs import find
from mtqa.parts import assemble
from mtqa.store.answers import Answers
from mtqa.store.run import RunStore, write_lines
from mtqa.translate.jobs import Job, Reply

ENGINES = 3
_WORDS = "the device starts again after an update when you press and hold its button".split()  # noqa: SIM905 - to read


class Silent:
    """Progress that nobody looks at."""

    def start(self, stage: str, total: int) -> None:
        pass

    def advance(self, stage: str, done: int) -> None:
        pass


def write_inputs(folder: Path, count: int) -> None:
    """A bilingual file, and the configuration of engines that are never reached."""
    dice = random.Random(1)
    units = "".join(
        f'<trans-unit id="{n}"><source>{n} {" ".join(dice.choices(_WORDS, k=20))}.</source></trans-unit>\n'
        for n in range(count)
    )
    (folder / "x.xlf").write_text(
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" datatype="plaintext" '
        f'source-language="en" target-language="de"><body>\n{units}</body></file></xliff>',
        encoding="utf-8",
    )
    engines = [f'[engines.e{n}]\nuse = "libretranslate"\nbase_url = "http://127.0.0.1:9/{n}"\n' for n in range(ENGINES)]
    (folder / "mtqa.toml").write_text("".join(engines), encoding="utf-8")


def fill(plan: pipeline.Plan, folder: Path) -> None:
    """Answers to every question, about as alike as those of real engines."""
    dice, store, answers = random.Random(2), RunStore(folder / "filling"), Answers(plan.answers)
    pipeline.read(plan, store, Silent())
    for engine in plan.parts.engines.values():
        batch = []
        for segment in store.segments():
            words = [word if dice.random() < 0.8 else dice.choice(_WORDS) for word in segment.source.plain.split()]
            job = Job.of(segment, engine.signature, engine.capabilities)
            batch.append((job.key, Reply(" ".join(words).upper(), latency_ms=200).to_json()))
        answers.put(batch)
    answers.close()
    store.close()


class Stages:
    """Processor time by stage."""

    def __init__(self, profiled: str | None) -> None:
        self.seconds: dict[str, float] = {}
        self._profiled = profiled

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        profile = cProfile.Profile() if name == self._profiled else None
        began = time.process_time()
        if profile:
            profile.enable()
        yield
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        self.seconds[name] = time.process_time() - began


def run(plan: pipeline.Plan, stages: Stages) -> float:
    """The stages of `pipeline.run` one by one; returns the seconds in the compiled kernel."""
    inside = watched()
    store = RunStore(plan.folder)
    with stages("read"):
        opened, _, _ = pipeline.read(plan, store, Silent())
    with stages("translate"):
        pipeline.translate(plan, store, Silent())
    with stages("judge"):
        pipeline.judge(plan, store, Silent(), pipeline.rules_of(plan), Confidence())
    with stages("rank"):
        write_lines(plan.folder / "segments.jsonl", pipeline.ranked(store))
    with stages("write"):
        pipeline.write(plan, opened, store, Silent())
    store.close()
    return sum(inside.values())


def main(count: int, profiled: str | None) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, count)
        settings = load_settings(folder / "mtqa.toml")
        with assemble(settings) as parts:
            found = find([folder / "x.xlf"], None, None, folder / "out")
            plan = pipeline.Plan(found, settings, parts, folder / "out", folder / "cache.sqlite")
            fill(plan, folder)
            stages = Stages(profiled)
            kernel = run(plan, stages)
    whole = sum(stages.seconds.values())
    print(f"| stage ({count} segments, {ENGINES} engines) | seconds | us a segment | of the whole |\n|---|---|---|---|")
    for stage, seconds in [*stages.seconds.items(), ("compiled kernel, in judge", kernel), ("whole", whole)]:
        print(f"| {stage} | {seconds:.1f} | {1e6 * seconds / count:.0f} | {seconds / whole:.0%} |")


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[1:] if argument.isdecimal()]
    wanted = sys.argv[sys.argv.index("--profile") + 1] if "--profile" in sys.argv else None
    main(int(numbers[0]) if numbers else 100_000, wanted)
