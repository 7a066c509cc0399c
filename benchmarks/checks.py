"""What the checks see, what they cry wolf about, what the other candidates are worth to them, and how fast they are.

    MTQA_DATA=... python benchmarks/checks.py [canaries] [alarms] [clauses] [oracle] [speed]

Reads `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA: five engines of the general pool, and the human references. Speed
is of sentences of the same data, on one core (CPU time), beside the chrF of the same candidates as the named peer.
"""

from __future__ import annotations

import gc
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from pathlib import Path
from random import Random

import polars as pl

from mtqa.canary import KINDS, Site, interval, measure, sample
from mtqa.canary.plant import clauses as pieces_of
from mtqa.canary.plant import whole_clause
from mtqa.checks import Checking, Checks, run_checks, watched
from mtqa.cli import ALIVE
from mtqa.config import Settings
from mtqa.facts import Case
from mtqa.inline import Text
from mtqa.metrics.chrf import Chrf
from mtqa.model import Candidate, CandidateSet, Segment, Severity
from mtqa.parts import build_checks
from mtqa.plugins import build
from mtqa.ports import Check, Comparison

POOL = ("GPT-4", "ONLINE-B", "Claude-3.5", "ONLINE-W", "CommandR-plus")
REFERENCE = "refA"
SEED, COUNT = 1, 100
SEGMENTS, WINDOW = 100_000, 500  # whose speed is measured, and how many mtqa has in memory at once


def load(folder: Path, engines: Sequence[str]) -> list[CandidateSet]:
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet")
    rows: dict[str, dict[str, dict]] = defaultdict(dict)
    for row in frame.iter_rows(named=True):
        rows[row["segment_id"]][row["engine"]] = row
    return [
        CandidateSet(
            Segment(i, said[REFERENCE]["doc_id"], i, Text(said[REFERENCE]["source"]), "en", "cs"),
            tuple(Candidate(engine, Text(said[engine]["candidate"])) for engine in engines),
        )
        for i, said in rows.items()
    ]


def sites(sets: Sequence[CandidateSet], position: int | None) -> Iterator[Site]:
    chance = Random(SEED)
    for place, here in enumerate(sets):
        near = [sets[n] if 0 <= n < len(sets) else None for n in (place - 1, place + 1)]
        before, after = (one if one and one.segment.file == here.segment.file else None for one in near)
        at = chance.randrange(len(here.candidates)) if position is None else position
        yield Site(here, at, before, after)


def canaries(folder: Path) -> None:
    for title, engines, position in (
        ("five engines", POOL, None),
        ("the reference among four", (REFERENCE, *POOL[:4]), 0),
        ("the reference alone", (REFERENCE,), 0),
    ):  # fmt: skip
        sets = load(folder, engines)
        checks = watched(sets, build_checks(Settings()))
        print(f"\ncanaries, {title}: seed {SEED}, up to {COUNT} a kind")
        print("| planted | n | seen | 95 % | as an error | alarms of its checks |")
        print("|---|---|---|---|---|---|")
        for m in measure(sample(sites(sets, position), COUNT, SEED), checks, COUNT, SEED):
            if m.planted:
                low, high = interval(m.seen, m.planted)
                rates = f"{m.seen / m.planted:.2f} | {low:.2f}-{high:.2f} | {m.barred / m.planted:.2f}"
                print(f"| {m.kind} | {m.planted} | {rates} | {m.alarms / m.clean:.1%} |")


def alarms(folder: Path) -> None:
    for title, engines in (("alone", (REFERENCE,)), ("among four engines", (REFERENCE, *POOL[:4]))):
        sets = load(folder, engines)
        checks = watched(sets, build_checks(Settings()))
        counts: Counter[tuple[str, str]] = Counter()
        segments: dict[str, set[str]] = {"error": set(), "warning": set()}
        for found, told in zip(sets, run_checks(sets, checks), strict=True):
            for finding in told:
                if finding.engine == REFERENCE:
                    counts[finding.check, finding.severity.value] += 1
                    segments[finding.severity.value].add(found.segment.id)
        shares = ", ".join(f"{name} on {len(some) / len(sets):.1%}" for name, some in segments.items())
        print(f"\nhuman references {title}: {shares} of {len(sets)} segments")
        print(", ".join(f"{check} {severity} {n}" for (check, severity), n in counts.most_common()))


def clauses(folder: Path) -> None:
    """What each bound of `omission` and `addition` finds: alarms on what is good, and recall of planted clauses."""
    plants = {"omission": ("clause dropped", 3), "addition": ("clause added", 3)}
    for title, engines, position in (
        ("five engines", POOL, None),
        ("the reference among four", (REFERENCE, *POOL[:4]), 0),
    ):  # fmt: skip
        places = list(sites(load(folder, engines), position))
        pieces = [piece for site in places for piece in pieces_of(site.text.plain) if whole_clause(piece)]
        print(f"\nclauses, {title}: {len(places)} candidates, seed {SEED}")
        for name, (kind, rounds) in plants.items():
            chance = Random(SEED)
            spoilt = [
                (site, here)
                for site in places
                for _ in range(rounds)
                if (here := KINDS[kind].plant(site, chance, chance.choice(pieces)))
            ]
            print(f"| {name}, least | alarms | seen of {len(spoilt)} |\n|---|---|---|")
            for least in (2.0, 2.25, 2.5, 3.0, 3.5, 4.5, 5.5):
                check = build("checks", name, {"least": least, "sure": least}, name)
                alarms = sum(_finds(check, site.here, site.position) for site in places)
                seen = sum(_finds(check, here, site.position) for site, here in spoilt)
                print(f"| {least:.2f} | {alarms / len(places):.1%} | {seen / len(spoilt):.2f} |")


def _finds(check: Check, here: CandidateSet, position: int) -> bool:
    return any(fault.candidate == position for fault in check.faults(Case.of(here)))


def oracle(folder: Path) -> None:
    """Errors on real candidates per 1,000 segments, with and without the others, and the recall of planted errors."""
    sets = load(folder, POOL)
    every = build_checks(Settings())
    asked = {name: one for name, one in watched(sets, every).items() if one[0].oracle}
    print(f"\nthe other candidates as the oracle, per 1,000 segments: {len(sets)} segments, {len(POOL)} engines")
    print("| | findings | errors | segments with an error | recall of changed numbers |")
    print("|---|---|---|---|---|")
    for left in ("", "characters"):
        checks = {name: one for name, one in asked.items() if name != left}
        for title, used in (("without the others", False), ("with them", True)):
            told = [finding for some in run_checks(sets, checks, oracle=used) for finding in some]
            errors = [finding for finding in told if finding.severity is Severity.ERROR]
            spoilt = sum(
                any(finding.severity is Severity.ERROR for finding in some)
                for some in run_checks(sets, checks, oracle=used)
            )
            counts = " | ".join(f"{1000 * n / len(sets):.0f}" for n in (len(told), len(errors), spoilt))
            without = f", {left} left out" if left else ""
            print(f"| {title}{without} | {counts} | {_recall(sets, checks, used):.2f} |")


def _recall(sets: Sequence[CandidateSet], checks: Checks, used: bool) -> float:
    chance, planted, seen = Random(SEED), 0, 0
    for site in sites(sets, None):
        spoilt = KINDS["number changed"].plant(site, chance, "")
        if spoilt:
            engine = spoilt.candidates[site.position].engine
            before, after = (
                {(f.check, f.subject) for f in next(run_checks([one], checks, oracle=used)) if f.engine == engine}
                for one in (site.here, spoilt)
            )
            planted += 1
            seen += bool(after - before)
    return seen / planted


def speed(folder: Path) -> None:
    """Windows of segments, checked and then compared by chrF in turns; no text is made up, and no pool comes twice."""
    gc.set_threshold(ALIVE)  # as the command line does
    checks = {name: one for name, one in build_checks(Settings()).items() if name != "language"}
    checks = watched(sentences(load(folder, POOL)), checks)
    for title, longest in (("all", 10**6), ("up to 60 characters", 60)):
        ahead = (one for one in of_many_pools(folder) if len(one.segment.source.plain) <= longest)
        checking = Checking(checks)
        spent = peer = 0.0
        characters = 0
        for _ in range(SEGMENTS // WINDOW):
            window = list(islice(ahead, WINDOW))
            characters += sum(len(one.segment.source.plain) for one in window)
            start = time.process_time()
            for _ in checking.over(window):
                pass
            between = time.process_time()
            Chrf().utilities([Comparison("", tuple(c.text.plain for c in one.candidates)) for one in window])
            spent, peer = spent + between - start, peer + time.process_time() - between
        print(f"\nspeed, {title}: {SEGMENTS:,} segments of {characters / SEGMENTS:.0f} characters on average")
        print(f"{SEGMENTS / spent:.0f} segments a second; {peer / spent:.2f} of chrF ({SEGMENTS / peer:.0f})")


def of_many_pools(folder: Path) -> Iterator[CandidateSet]:
    """Sentences with five engines each, pool after pool, none twice."""
    names = sorted(pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet")["engine"].unique())
    everyone = load(folder, [name for name in names if name != REFERENCE])
    pools = list(combinations(range(len(everyone[0].candidates)), 5))
    Random(SEED).shuffle(pools)
    for pool in pools:
        yield from sentences([replace(one, candidates=tuple(one.candidates[i] for i in pool)) for one in everyone])


def sentences(sets: Sequence[CandidateSet]) -> Iterator[CandidateSet]:
    """The sentences of the segments, where all candidates seem to have as many."""
    for found in sets:
        texts = [found.segment.source.plain, *(c.text.plain for c in found.candidates)]
        pieces = [re.split(r"(?<=[.!?]) ", text) for text in texts]
        for number, (source, *targets) in enumerate(zip(*pieces, strict=False)):
            segment = Segment(f"{found.segment.id}.{number}", found.segment.file, "", Text(source), "en", "cs")
            said = zip(found.candidates, targets, strict=True)
            yield CandidateSet(segment, tuple(Candidate(one.engine, Text(target)) for one, target in said))


def main() -> None:
    if not os.environ.get("MTQA_DATA"):
        sys.exit("set MTQA_DATA to the folder of the development data")
    parts = {"canaries": canaries, "alarms": alarms, "clauses": clauses, "oracle": oracle, "speed": speed}
    for name in sys.argv[1:] or parts:
        parts[name](Path(os.environ["MTQA_DATA"]))


if __name__ == "__main__":
    main()
