"""`mtqa scorecard`: what was planted is found, and nothing where nothing was."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.errors import ConfigError
from mtqa.evidence.modes import STABLE, VARIABLE
from mtqa.evidence.observed import Run, observe
from mtqa.evidence.scorecard import ScorecardSettings, scorecard
from tests.evidence.simulated import Engine, manifest, results, run, stored

ALIKE = {name: Engine() for name in "abcd"}
Invoke = Callable[..., Result]


def card(*runs: Run, resamples: int = 300, **settings: Any) -> dict[str, Any]:
    observed = observe(runs)
    documents, drawn = observed.documents(resamples=resamples)
    return scorecard(observed, documents, drawn, ScorecardSettings(**settings))


def by_engine(record: dict[str, Any]) -> dict[str, Any]:
    return {one["engine"]: one for one in record["engines"]}


def test_modes_are_found() -> None:
    planted = {
        "steady": Engine(), "plain": Engine(), "usual": Engine(), "normal": Engine(),
        "rare": Engine(failures=0.08), "loose": Engine(noise=0.12),
    }  # fmt: skip
    record = by_engine(card(run(np.random.default_rng(1), planted, documents=60)))
    assert record["rare"]["modes"]["mode"] == STABLE
    assert record["loose"]["modes"]["mode"] == VARIABLE
    assert all("mode" not in record[name]["modes"] for name in ("steady", "plain", "usual", "normal"))


def test_nothing_is_found_where_engines_are_alike() -> None:
    """One scorecard in twenty may be wrong, over all its engines together; so with failures, rare ones among them."""
    rng, simulations = np.random.default_rng(2), 80
    modes = leads = 0
    for _ in range(simulations):
        record = card(run(rng, dict.fromkeys("abcd", Engine(noise=0.04)), documents=24, each=3), resamples=150)
        leads += any(one["lead"]["p"] < 0.05 for one in record["engines"])
        failing = dict.fromkeys("abcd", Engine(noise=0.04, failures=0.03))
        record = card(run(rng, failing, documents=24, each=3), resamples=150)
        modes += any("mode" in one["modes"] for one in record["engines"])
    allowed = 0.05 * simulations + 3 * (0.05 * 0.95 * simulations) ** 0.5
    assert modes <= allowed
    assert leads <= allowed


def test_a_wide_spread_costs_the_first_place() -> None:
    engines = ALIKE | {"wide": Engine(distance=0.045, noise=0.16), "narrow": Engine(distance=0.09, noise=0.005)}
    record = card(run(np.random.default_rng(3), engines, documents=60))
    order = [one["engine"] for one in record["ranking"]["engines"]]
    means = {one["engine"]: one["place_by_mean"]["value"] for one in record["ranking"]["engines"]}
    assert record["ranking"]["paired"]
    assert order[0] == "narrow"
    plain = card(run(np.random.default_rng(3), engines, documents=60), spread_cost=0.0)["ranking"]["engines"]
    assert [one["engine"] for one in plain] == sorted(means, key=lambda name: means[name])
    for one in record["ranking"]["engines"]:
        assert one["worth"]["value"] == pytest.approx(one["mean"]["value"] - one["spread"]["value"], abs=2e-6)
        assert one["place"]["low"] <= one["place"]["value"] <= one["place"]["high"]


def test_bias_is_found_with_its_size() -> None:
    biased = ALIKE | {"far": Engine(distance=0.15)}
    found = by_engine(card(run(np.random.default_rng(4), biased)))["far"]["lead"]
    # Its agreement with four others sinks by 0.05; each of theirs by a quarter of that.
    assert found["low"] <= -0.0375 <= found["high"]
    assert found["p"] < 0.001


def test_drift_is_found_and_a_harder_batch_is_none() -> None:
    rng = np.random.default_rng(5)
    before = run(rng, ALIKE, "before", file="a.xlf")
    worse = ALIKE | {"c": Engine(distance=0.16)}
    later = run(rng, worse, "later", file="b.xlf", created="2026-02-01T00:00:00+00:00")
    harder = {name: Engine(distance=0.14) for name in ALIKE}
    hard = run(rng, harder, "hard", file="c.xlf", created="2026-02-01T00:00:00+00:00")
    drifted = {one["engine"]: one for one in card(later, before)["drift"]["engines"]}
    assert drifted["c"]["drifted"]
    assert drifted["c"]["change"]["high"] < 0
    assert not any(one["drifted"] for one in card(before, hard)["drift"]["engines"])
    assert "drift" not in card(before)


def test_the_forecast_is_linear() -> None:
    record = card(run(np.random.default_rng(6), ALIKE | {"d": Engine(failures=0.3)}), volume=100_000)
    forecast = record["forecast"]
    assert forecast["volumes"] == [1000, 10_000, 100_000]
    for row in forecast["rows"]:
        for at in row["at"]:
            assert at["value"] == pytest.approx(row["rate"]["value"] * at["volume"], abs=0.06 + at["volume"] * 1e-6)
            assert at["low"] <= at["value"] <= at["high"]
    assert forecast["erroneous"] == []  # no checks ran: nothing is known, which is not zero


def test_what_is_not_there_is_absent() -> None:
    lines, _ = results(np.random.default_rng(7), ALIKE)
    for line in lines:
        line["candidates"] = [
            {key: value for key, value in one.items() if key not in ("latency_ms", "cost")}
            for one in line["candidates"]
            if one["engine"] != "d"
        ]
        line["utilities"]["agreement"] = [
            pair for pair in line["utilities"]["agreement"] if "d" not in (pair["hypothesis"], pair["reference"])
        ]
        line["failures"] = [{"engine": "d", "kind": "failed", "reason": "no answer"}]
    record = card(Run("run", manifest(ALIKE), lines, "x"))
    engines = by_engine(record)
    assert not engines["d"].keys() & {"agreement", "lead", "outliers", "findings", "latency_ms", "cost", "modes"}
    assert engines["d"]["failed"]["value"] == 1
    assert engines["d"]["missing"] == {"failed": 150}
    assert not engines["a"].keys() & {"latency_ms", "cost", "findings"}
    assert "NaN" not in json.dumps(record)


def test_one_file_is_drawn_in_stretches() -> None:
    lines, _ = results(np.random.default_rng(8), ALIKE, documents=50, each=10)
    for line in lines:
        del line["doc_id"]
    record = card(Run("run", manifest(ALIKE), lines, "x"))
    assert record["drawn"] == {"what": "stretches of 20 segments", "count": 25}
    assert card(Run("run", manifest(ALIKE), lines[:45], "x"))["drawn"]["what"] == "stretches of 4 segments"
    few = card(Run("run", manifest(ALIKE), lines[:12], "x"), volume=1000)
    assert few["drawn"] == {"what": "single segments", "count": 12}
    assert any("read the intervals as rough" in notice for notice in few["notices"])
    assert "high" in few["forecast"]["rows"][0]["rate"]


def test_a_run_counts_once() -> None:
    one = run(np.random.default_rng(9), ALIKE)
    with pytest.raises(ConfigError, match="would count twice"):
        observe([one, one])


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(mtqa, list(map(str, arguments)), catch_exceptions=False)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def harmless(page: str) -> None:
    """No element that acts, nothing from a network, no policy that would let either."""
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form", "a"}
    assert not any(
        name.startswith("on") or name in ("style", "src", "href") for _, found in tags.seen for name in found
    )
    policy = next(found["content"] for _, found in tags.seen if "http-equiv" in found)
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"(?i)\b(https?:)?//[a-z]", re.sub(r"(?s)<style>.*?</style>", "", page))


def test_hostile_names_stay_text(tmp_path: Path, invoke: Invoke) -> None:
    hostile = {
        "<script>alert(1)</script>": Engine(),
        'b" onload="x': Engine(),
        "c\x1b[31m\u202e": Engine(),
        "d&amp;": Engine(),
    }
    lines, _ = results(np.random.default_rng(10), hostile, file="<img src=x>.xlf")
    other, _ = results(np.random.default_rng(11), hostile, file="b.xlf")
    folder = stored(tmp_path / "run", lines + other, manifest(hostile))
    done = invoke("scorecard", folder, "--format", "html,json", "--volume", "1000")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    page = (folder / "scorecard.html").read_text(encoding="utf-8")
    harmless(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x&gt;.xlf" in page


def test_every_figure_has_interval_and_sample(tmp_path: Path, invoke: Invoke) -> None:
    lines, _ = results(np.random.default_rng(12), ALIKE)
    folder = stored(tmp_path / "run", lines, manifest(ALIKE))
    done = invoke("scorecard", folder, "--format", "json", "-o", "-", "--seed", "5")
    record = json.loads(done.stdout)
    figures: list[dict[str, Any]] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            if "value" in value and "n" in value:
                figures.append(value)
            for inside in value.values():
                collect(inside)
        elif isinstance(value, list):
            for inside in value:
                collect(inside)

    collect(record)
    assert len(figures) > 50
    assert all({"low", "high", "n", "documents"} <= one.keys() for one in figures)
    assert all(one["low"] <= one["value"] <= one["high"] for one in figures)
    assert "seed:5" in record["signatures"]["intervals"]
    assert record["signatures"]["agreement"] == ["agreement|simulated:1@0.0000..1.0000"]
    assert done.stdout == invoke("scorecard", folder, "--format", "json", "-o", "-", "--seed", "5").stdout


def test_labels_decide_what_is_erroneous(tmp_path: Path, invoke: Invoke) -> None:
    lines, off = results(np.random.default_rng(13), ALIKE | {"d": Engine(failures=0.2)})
    folder = stored(tmp_path / "run", lines, manifest(ALIKE))
    table = tmp_path / "labels.csv"
    rows = [f"{line['id']},{e},{100 - 100 * off[s, k]}" for s, line in enumerate(lines) for k, e in enumerate(ALIKE)]
    table.write_text("id,engine,score\n" + "\n".join(rows) + "\nnowhere,a,3\n", encoding="utf-8")
    done = invoke(
        "scorecard", folder, "--labels", table, "--error-below", "50", "--volume", "1000", "--format", "json", "-o", "-"
    )
    forecast = json.loads(done.stdout)["forecast"]
    assert forecast["errors_by"] == "labels"
    rates = {row["what"]: row["rate"] for row in forecast["erroneous"]}
    assert rates["d"]["value"] == pytest.approx(float(np.mean(off[:, 3] > 0.5)), abs=1e-6)
    assert rates["a"]["high"] < rates["d"]["low"]
    assert "1 labels are of no candidate" in done.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,engine,score\nx,a,much\n", "score is 'much'"),
        ("id,engine,error\nx,a,perhaps\n", "error is 'perhaps'"),
        ("id,engine,score\nx,,1\n", "has no engine"),
        ("id,engine\nx,a\n", "has neither score nor error"),
        ("id,engine,score\nx,a,1\n", "none of 1 labels"),
        ("id,engine,score\nx,a,nan\n", "score is 'nan'"),
    ],
)
def test_labels_that_are_none_are_refused(tmp_path: Path, invoke: Invoke, text: str, what: str) -> None:
    lines, _ = results(np.random.default_rng(14), ALIKE, documents=10)
    folder = stored(tmp_path / "run", lines, manifest(ALIKE))
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=re.escape(what)):
        invoke("scorecard", folder, "--labels", tmp_path / "labels.csv")


def test_an_engine_that_abstains_was_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it did is told of the segments that it has a candidate for, and no others."""
    monkeypatch.chdir(tmp_path)
    languages = {"source_lang": "en", "target_lang": "de"}
    rows = [
        languages | {"id": str(n), "source": f"Take {n}", "doc_id": str(n // 2)}
        | {"candidates": {"a": f"Nimm {n}", "b": f"Nimm {n}", "c": f"Nimm {n}", "rare": None if n % 4 else "Nimm"}}
        for n in range(40)
    ]  # fmt: skip
    Path("t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    Path("mtqa.toml").write_text('[checks]\nnumbers = "error"\n', encoding="utf-8")
    for command in (("score", "t.jsonl", "-o", "out"), ("scorecard", "out", "--volume", "100", "--format", "json")):
        assert CliRunner().invoke(mtqa, [*command]).exit_code == 0
    record = json.loads(Path("out/scorecard.json").read_text(encoding="utf-8"))
    rare = by_engine(record)["rare"]
    assert (rare["asked"], rare["compared"], rare["missing"]) == (10, 10, {"abstained": 30})
    assert rare["findings"]["checks"]["numbers"]["value"] == 1000
    assert rare["failed"]["n"] == rare["chosen"]["n"] == 10
    wrong = next(one for one in record["forecast"]["erroneous"] if one["what"] == "rare")
    assert wrong["rate"]["n"] == 10
    assert 1000 * wrong["rate"]["value"] == rare["findings"]["errors"]["value"] > 0


def test_drift_names_the_last_run_that_says_anything() -> None:
    one, other, blank = (run(np.random.default_rng(n), ALIKE, documents=12) for n in range(3))
    lines = [
        line | {"status": "protected", "candidates": [], "utilities": {}, "failures": []} for line in blank.results
    ]
    runs = [
        Run(name, that.manifest | {"created": f"2026-01-0{day}"}, lines_, name)
        for day, (name, that, lines_) in enumerate(
            (("first", one, one.results), ("second", other, other.results), ("third", blank, lines)), start=1
        )
    ]
    assert card(*runs)["drift"]["last"] == "second"
