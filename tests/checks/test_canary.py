"""Canaries: what is planted is wrong, seen, counted, repeatable, and in no file."""

import json
import re
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from mtqa.canary import KINDS, Site, interval, measure, sites_of
from mtqa.checks import watched
from mtqa.cli import mtqa
from mtqa.config import Settings
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet
from mtqa.parts import build_checks
from tests.helpers import segment

SAMPLES = Path(__file__).parent.parent.parent / "sample_files"
TEXTS = [
    ("The report of 2024 is not finished, and nobody knows when it will be.",
     "Der Bericht von 2024 ist nicht fertig, und niemand weiß, wann er es sein wird."),
    ("Send 35 copies to the office, then call us before the week is over.",
     "Senden Sie 35 Kopien an das Büro, und rufen Sie uns dann vor dem Ende der Woche an."),
    ("The garden has 12 old trees, which nobody has cut for many years.",
     "Der Garten hat 12 alte Bäume, die seit vielen Jahren niemand geschnitten hat."),
]  # fmt: skip


def sets() -> list[CandidateSet]:
    return [
        CandidateSet(segment(source, id=f"f#{n}"), tuple(Candidate(e, Text(target)) for e in "abcd"))
        for n, (source, target) in enumerate(TEXTS)
    ]


def sites() -> list[Site]:
    return list(sites_of(sets(), {f"f#{n}": "b" for n in range(3)}))


def test_sites_have_their_neighbours() -> None:
    first, middle, last = sites()
    assert (first.before, first.after) == (None, middle.here)
    assert (last.before, last.after, last.position) == (middle.here, None, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_candidate_is_spoilt(kind: str) -> None:
    spoilt = [KINDS[kind].plant(site, Random(1), "weil die Lampen im Keller brennen") for site in sites()]
    assert any(spoilt)
    for site, one in zip(sites(), spoilt, strict=True):
        if one:
            texts = [candidate.text for candidate in one.candidates]
            assert texts[0] == texts[2] == texts[3] != texts[1]
            assert site.here == sets()[int(one.segment.id[-1])], "the good one is as it was"


def test_what_is_sure_is_seen() -> None:
    checks = watched(sets(), build_checks(Settings()))
    found = {one.kind: one for one in measure(sites(), checks, 3, 1)}
    assert list(found) == list(KINDS)
    for kind in ("number changed", "code lost", "code moved", "placeholder broken", "wrong language", "loop", "shifted",
                 "refusal", "chatter", "empty", "clause added", "negation dropped"):  # fmt: skip
        assert found[kind].planted
        assert found[kind].seen == found[kind].planted, kind
    assert all(one.alarms == 0 for one in found.values())
    assert measure(sites(), checks, 3, 1) == list(found.values()), "the same seed, the same canaries"


def test_without_the_checks_nothing_is_seen() -> None:
    assert {one.seen for one in measure(sites(), {}, 3, 1)} == {0}


@pytest.mark.parametrize(("hits", "count", "low", "high"), [(0, 0, 0, 1), (50, 50, 0.9286, 1), (5, 10, 0.2366, 0.7634)])
def test_interval(hits: int, count: int, low: float, high: float) -> None:
    assert interval(hits, count) == pytest.approx((low, high), abs=1e-4)


def test_nothing_planted_reaches_a_file(tmp_path: Path) -> None:
    """A run with canaries writes what a run without writes, but for the counts."""
    outputs = []
    for name, option in (("with", ["--canaries", "5"]), ("without", [])):
        arguments = [
            "run",
            str(SAMPLES / "app_en-de.xlf"),
            "-c",
            str(SAMPLES / "mtqa.toml"),
            "-o",
            str(tmp_path / name),
        ]
        done = CliRunner().invoke(mtqa, [*arguments, "--cache", str(tmp_path / "cache.sqlite"), *option])
        assert done.exit_code == 0, done.output
        outputs.append({p.name: p.read_bytes() for p in (tmp_path / name).rglob("*") if p.suffix in (".jsonl", ".xlf")})
    assert outputs[0] == outputs[1]
    for path in (tmp_path / "with").rglob("*"):
        if path.is_file():
            assert not re.search(rb"can't assist with|new library will be|Here is the translation", path.read_bytes())
    manifest = json.loads((tmp_path / "with" / "run.json").read_text(encoding="utf-8"))
    assert manifest["canaries"]["seed"] == 1
    assert {kind["kind"] for kind in manifest["canaries"]["kinds"]} == set(KINDS)


def test_the_command(tmp_path: Path) -> None:
    arguments = ["canary", str(SAMPLES / "app_en-de.xlf"), "-c", str(SAMPLES / "mtqa.toml"), "-n", "3", "--seed", "7"]
    cache = ["--cache", str(tmp_path / "cache.sqlite")]
    done = CliRunner().invoke(mtqa, [*arguments, *cache])
    assert done.exit_code == 0, done.output
    assert re.search(r"^refusal +3 +100% +44%-100% +100% +0.0%", done.stdout, re.MULTILINE)
    assert "seed 7, " in done.stdout
    measured = json.loads(CliRunner().invoke(mtqa, [*arguments, *cache, "--json"]).stdout)
    assert measured["seed"] == 7
