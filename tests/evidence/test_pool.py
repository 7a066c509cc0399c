"""`mtqa pool`: planted correlation and planted benefit are found, and nothing where nothing was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.evidence import labels as labelling
from mtqa.evidence.cofailure import co_failures
from mtqa.evidence.observed import Observed, Run, observe
from mtqa.evidence.pool import pool
from mtqa.evidence.stats import Documents
from tests.evidence.simulated import Engine, manifest, results, run, stored
from tests.evidence.test_scorecard import harmless

ALIKE = {name: Engine(noise=0.04) for name in "abcdef"}
Invoke = Callable[..., Result]


def audit(runs: list[Run], quality: Callable[[Observed], np.ndarray] | None = None, **meaning: Any) -> dict[str, Any]:
    observed = observe(runs)
    documents, drawn = observed.documents(resamples=300)
    labels = None
    if quality:
        values = quality(observed)
        rows = [
            ("labels:1", {"id": identity, "engine": engine, "score": float(values[s, k])})
            for s, identity in enumerate(observed.ids)
            for k, engine in enumerate(observed.engines)
        ]
        labels = labelling.match(rows, observed, **meaning)
    return pool(observed, documents, drawn, labels)


def test_a_close_pair_is_found() -> None:
    planted = ALIKE | {"f": Engine(noise=0.04, like="b", alike=0.6)}
    found = audit([run(np.random.default_rng(1), planted, documents=50)])
    related = {frozenset(pair["engines"]): pair for pair in found["pairs"] if "related" in pair}
    assert set(related) == {frozenset("bf")}
    pair = related[frozenset("bf")]
    assert pair["related"] == "agreement"
    assert pair["dependence"]["low"] <= 0.6 <= pair["dependence"]["high"]
    assert found["votes"]["high"] < 5.8
    assert {one["do"] for one in found["advice"]} >= {"drop", "configure"}


def test_no_pair_is_found_among_independent_engines() -> None:
    rng, simulations = np.random.default_rng(2), 60
    related = advised = 0
    for _ in range(simulations):
        found = audit([run(rng, ALIKE, documents=20, each=3)])
        related += any("related" in pair for pair in found["pairs"])
        advised += bool(found["advice"])
        assert found["votes"]["high"] >= 5.5
    assert related <= 0.05 * simulations + 3 * (0.05 * 0.95 * simulations) ** 0.5
    assert advised == related


def test_families_are_one_vote() -> None:
    planted = ALIKE | {"e": Engine(noise=0.04, family="x"), "f": Engine(noise=0.04, family="x")}
    found = audit([run(np.random.default_rng(3), planted)])
    assert found["families"] == {"x": ["e", "f"]}
    assert {tuple(p["engines"]): p["related"] for p in found["pairs"] if "related" in p} == {("e", "f"): "family"}
    assert found["votes"]["value"] <= 36 / 8 + 1e-6


def test_co_failure_against_chance() -> None:
    rng = np.random.default_rng(4)
    owner = np.repeat(np.arange(200), 5)
    trouble = rng.random(1000) < 0.1
    error = np.stack(
        [trouble & (rng.random(1000) < 0.7), trouble & (rng.random(1000) < 0.7), rng.random(1000) < 0.1], axis=1
    )
    found = co_failures(("a", "b", "c"), error.astype(float), Documents(owner))
    assert found
    pairs = {"".join(pair["engines"]): pair for pair in found["pairs"]}
    # 0.07 each: together 0.049 where chance is 0.0049.
    assert pairs["ab"]["p"] < 0.001
    assert pairs["ab"]["both"]["low"] <= 0.049 <= pairs["ab"]["both"]["high"]
    assert pairs["ab"]["phi"]["low"] <= 0.68 <= pairs["ab"]["phi"]["high"]
    assert pairs["ac"]["p"] > 0.05
    assert pairs["bc"]["p"] > 0.05
    assert found["votes"]["low"] <= 9 / (3 + 2 * 0.68) <= found["votes"]["high"]


def test_independent_failures_are_found_as_often_as_promised() -> None:
    rng, simulations = np.random.default_rng(5), 200
    documents = Documents(np.repeat(np.arange(60), 5), resamples=300)
    hits = 0
    for _ in range(simulations):
        error = (rng.random((300, 4)) < 0.15).astype(float)
        found = co_failures(("a", "b", "c", "d"), error, documents)
        assert found
        hits += any(pair["p"] < 0.05 for pair in found["pairs"])
    assert hits <= 0.05 * simulations + 3 * (0.05 * 0.95 * simulations) ** 0.5


def test_consensus_that_helps_is_told_from_one_that_does_not() -> None:
    failing = {name: Engine(distance=0.1, noise=0.02, failures=0.15) for name in "abcde"}

    def by_distance(observed: Observed) -> np.ndarray:
        """Quality is agreement here, so the chosen one is the best one."""
        return 100 * observed.utility

    found = audit([run(np.random.default_rng(6), failing, documents=60)], by_distance, error_below=40)["benefit"]
    assert found["answer"] == "yes"
    assert found["average"]["answer"] == "yes"
    assert all(one["difference"]["low"] > 0 for one in found["each"])
    assert found["errors"]["v_average"]["high"] < 0

    def against(observed: Observed) -> np.ndarray:
        """Quality is what stands alone: then consensus does harm."""
        return -100 * observed.utility + 30 * (np.arange(5) == 2)

    assert audit([run(np.random.default_rng(6), failing, documents=60)], against)["benefit"]["answer"] == "no"


def test_consensus_that_changes_nothing_is_undecided() -> None:
    rng, simulations, wrong = np.random.default_rng(7), 40, 0
    for _ in range(simulations):
        noise = np.random.default_rng(rng.integers(1 << 30))
        found = audit(
            [run(rng, dict.fromkeys("abcd", Engine()), documents=20, each=3)],
            lambda observed, noise=noise: noise.normal(50, 10, observed.utility.shape),
        )
        wrong += found["benefit"]["answer"] != "undecided"
    assert wrong <= 0.05 * simulations + 3 * (0.05 * 0.95 * simulations) ** 0.5


def test_what_the_kth_engine_adds() -> None:
    planted = {name: Engine(failures=0.1) for name in "abcde"}
    found = audit([run(np.random.default_rng(8), planted, documents=50)], lambda observed: 100 * observed.utility)
    rows = {row["engines"]: row for row in found["marginal"]}
    assert [row["subsets"] for row in found["marginal"]] == [5, 10, 10, 5, 1]
    assert rows[3]["quality"]["adds"]["low"] > 0
    assert rows[3]["failures"]["high"] < rows[1]["failures"]["low"]
    assert rows[5]["cost"] == pytest.approx(5.0)
    assert rows[1]["cost"] == pytest.approx(1.0)
    assert {one["engine"] for one in found["without"]} == set("abcde")


def test_an_engine_that_does_harm_is_to_be_dropped() -> None:
    planted = {name: Engine(distance=0.15, noise=0.05) for name in "abcd"} | {"e": Engine(distance=0.01, noise=0.005)}

    def quality(observed: Observed) -> np.ndarray:
        return np.where(np.array(observed.engines) == "e", 10.0, 80.0) + 0 * observed.utility

    found = audit([run(np.random.default_rng(9), planted, documents=40)], quality)
    drop = [one for one in found["advice"] if one["do"] == "drop"]
    assert [one["engine"] for one in drop] == ["e"]
    assert "labels" in drop[0]["why"]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(mtqa, list(map(str, arguments)), catch_exceptions=False)


@pytest.mark.parametrize("engines", [1, 2, 3, 4])
def test_small_pools_say_what_they_cannot_say(tmp_path: Path, invoke: Invoke, engines: int) -> None:
    some = {f"e{n}": Engine() for n in range(engines)}
    lines, _ = results(np.random.default_rng(10), some | {"other": Engine()}, documents=12)
    for line in lines:
        line["candidates"] = [one for one in line["candidates"] if one["engine"] != "other"]
        line["utilities"]["agreement"] = [
            pair for pair in line["utilities"]["agreement"] if "other" not in (pair["hypothesis"], pair["reference"])
        ]
        line["chosen"] = {"engine": "e0", "target": "x"}
        if engines == 1:
            line["utilities"] = {}
            del line["candidates"][0]["utility"]
    folder = stored(tmp_path / "run", lines, manifest(some))
    for command in ("pool", "scorecard"):
        done = invoke(command, folder, "--format", "html,json")
        assert done.exit_code == 0, done.output
        record = json.loads((folder / f"{command}.json").read_text(encoding="utf-8"))
        assert "NaN" not in json.dumps(record)
    pairs = json.loads((folder / "pool.json").read_text(encoding="utf-8"))["pairs"]
    assert any("dependence" in pair for pair in pairs) == (engines == 4)


def test_the_page_and_the_terminal(tmp_path: Path, invoke: Invoke) -> None:
    hostile = ALIKE | {"<b>f": Engine(noise=0.04, like="b", alike=0.9)}
    lines, off = results(np.random.default_rng(11), hostile, documents=20)
    folder = stored(tmp_path / "run", lines, manifest(hostile))
    rows = [
        json.dumps({"id": line["id"], "engine": name, "error": bool(off[s, k] > 0.3)})
        for s, line in enumerate(lines)
        for k, name in enumerate(hostile)
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(rows), encoding="utf-8")
    done = invoke("pool", folder, "--labels", tmp_path / "labels.jsonl", "--format", "html,json")
    assert done.exit_code == 0
    assert "does consensus help" in done.stdout
    assert "closer than the rest explains" in done.stdout
    page = (folder / "pool.html").read_text(encoding="utf-8")
    harmless(page)
    assert "&lt;b&gt;f" in page
    record = json.loads((folder / "pool.json").read_text(encoding="utf-8"))
    assert record["benefit"]["by"] == "error"
    assert record["labels"] == {"used": len(rows), "unknown": 0}


def test_where_nothing_may_be_chosen_nothing_is_right() -> None:
    """An error in every candidate is no segment without an error."""
    that = run(np.random.default_rng(12), ALIKE, documents=20, each=5)
    lines = list(that.results)
    for line in lines[:10]:
        for candidate in line["candidates"]:
            candidate["findings"] = [{"check": "numbers", "severity": "error", "message": "5 missing"}]
        del line["chosen"]
    found = audit(
        [Run(that.name, that.manifest, lines, that.fingerprint)],
        lambda seen: np.full(seen.utility.shape, 90.0),
        error_below=50,
    )
    for row in found["marginal"]:
        assert row["errors"]["value"] == 0.1
        assert row["failures"]["value"] >= 0.1
        assert row["quality"]["value"] == 81
