"""COMET: comet's own numbers from fewer tokens, and nothing of COMET where nothing of it is asked for."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.errors import ConfigError, MetricError, MtqaError, PluginError
from mtqa.metrics.comet import Comet
from mtqa.metrics.comet.divergent import agreements, least_agreeing
from mtqa.metrics.comet.encode import Recent, batches
from mtqa.ports import Comparison
from mtqa.store.encodings import FileEncodings

Models = Callable[[str], Path]
SAMPLES = Path(__file__).parent.parent.parent / "sample_files"
TEXTS = (
    "Das Haus ist alt.",
    "Das Haus ist sehr, sehr alt, und die Katze schläft auf dem Dach.",
    "",
    "中文",
    "ein Boot fährt über den See",
    "Katze " * 700,  # more than the encoder takes
)
POOLS = [
    Comparison("The house is old.", TEXTS[:2]),
    Comparison("a boat", (TEXTS[4], "ein Boot", TEXTS[4])),
    Comparison("", (TEXTS[2], TEXTS[3], TEXTS[5], TEXTS[0])),
    Comparison("nobody answered", ()),
    Comparison("one answer", (TEXTS[0],)),
]


@pytest.fixture(scope="module")
def pairwise(comet_model: Models) -> Path:
    return comet_model("regression_metric")


def predicted(folder: Path, samples: list[dict[str, str]]) -> list[float]:
    """What comet-score computes."""
    from mtqa.metrics.comet.loading import guarded

    with guarded():
        from comet import load_from_checkpoint

        network = load_from_checkpoint(str(folder / "checkpoints" / "model.ckpt"), local_files_only=True)
        scores: list[float] = network.predict(
            samples, batch_size=4, gpus=0, progress_bar=False, num_workers=0, accelerator="cpu"
        )["scores"]
    return scores


def spent(metric: Comet, comparisons: list[Comparison]) -> tuple[int, int]:
    """(tokens through the encoder with padding, texts through it) for these comparisons."""
    network = metric._network()
    encode, seen = network.encode, []
    network.encode = lambda batch: (seen.append((len(batch), max(map(len, batch)))), encode(batch))[1]  # type: ignore[method-assign]
    try:
        metric.utilities(comparisons)
    finally:
        network.encode = encode  # type: ignore[method-assign]
    return sum(texts * width for texts, width in seen), sum(texts for texts, _ in seen)


def test_the_numbers_are_those_of_comet(pairwise: Path) -> None:
    ours = Comet(model=str(pairwise)).utilities(POOLS)
    samples, scores = [], []
    for pool, values in zip(POOLS, ours, strict=True):
        assert len(values) == len(pool.texts) * (len(pool.texts) - 1)
        for (h, r), value in values.items():
            samples.append({"src": pool.source, "mt": pool.texts[h], "ref": pool.texts[r]})
            scores.append(value)
    assert scores == pytest.approx(predicted(pairwise, samples), abs=1e-5)
    assert len(set(scores)) > 10


@pytest.mark.parametrize("batch_tokens", [1, 64, 100_000])
def test_batches_change_no_number(pairwise: Path, batch_tokens: int) -> None:
    usual = Comet(model=str(pairwise)).utilities(POOLS)
    for one, other in zip(usual, Comet(model=str(pairwise), batch_tokens=batch_tokens).utilities(POOLS), strict=True):
        assert one == pytest.approx(other, abs=5e-6)


def test_each_distinct_text_is_encoded_once(pairwise: Path) -> None:
    metric = Comet(model=str(pairwise))
    distinct = {text for pool in POOLS[:3] for text in (pool.source, *pool.texts)}
    assert spent(metric, POOLS)[1] == len(distinct)
    assert spent(metric, list(reversed(POOLS))) == (0, 0)


def test_encodings_outlive_the_process(pairwise: Path, tmp_path: Path) -> None:
    store = FileEncodings(tmp_path / "kept.sqlite")
    first = Comet(model=str(pairwise), encodings=store)
    numbers = first.utilities(POOLS)
    again = Comet(model=str(pairwise), encodings=FileEncodings(tmp_path / "kept.sqlite"))
    assert spent(again, POOLS) == (0, 0)
    assert again.utilities(POOLS) == numbers
    other = tmp_path / "other"
    shutil.copytree(pairwise, other)
    (other / "hparams.yaml").write_text((other / "hparams.yaml").read_text() + "\n# changed\n", encoding="utf-8")
    changed = Comet(model=str(other), encodings=FileEncodings(tmp_path / "kept.sqlite"))
    assert spent(changed, POOLS)[1] > 0


def test_a_run_that_dies_has_kept_its_batches(pairwise: Path, tmp_path: Path) -> None:
    store = FileEncodings(tmp_path / "kept.sqlite")
    metric = Comet(model=str(pairwise), encodings=store, batch_tokens=8)
    network = metric._network()
    encode, done = network.encode, []

    def dies(batch: Any) -> Any:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(len(batch))
        return encode(batch)

    network.encode = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        metric.utilities(POOLS)
    distinct = {text for pool in POOLS[:3] for text in (pool.source, *pool.texts)}
    assert spent(Comet(model=str(pairwise), encodings=store), POOLS)[1] == len(distinct) - sum(done)


def test_nothing_is_kept_unless_wanted(pairwise: Path, tmp_path: Path) -> None:
    Comet(model=str(pairwise), keep=False, encodings=FileEncodings(tmp_path / "kept.sqlite")).utilities(POOLS)
    assert list(tmp_path.iterdir()) == []


def test_only_the_divergent(pairwise: Path) -> None:
    """Half of four segments, those that agree least; nothing for the others; texts from elsewhere are compared."""
    pools = [
        Comparison("s", ("das Haus", "das Haus", "das Haus")),
        Comparison("s", ("das Haus", "das Haus ist alt", "ein Haus")),
        Comparison("s", ("das Boot", "die Katze", "es regnet")),
        Comparison("s", ("das Haus ist alt", "das Haus ist alt!", "das Haus ist alt")),
    ]
    metric = Comet(model=str(pairwise), only="divergent", share=0.5)
    assert all(metric.utilities(pools))  # without the run, nothing is known of what is divergent in it
    in_run = metric.for_run(iter(pools))
    usual = Comet(model=str(pairwise)).utilities(pools)
    assert in_run.utilities(pools) == [{}, usual[1], usual[2], {}]
    assert "only:divergent|share:0.5|chrf-below:" in in_run.signature
    for beginning_or_end_of_the_scale in (("ganz fremd", "unrelated"), ("das Haus", "das Haus")):
        assert in_run.utilities([Comparison("s", beginning_or_end_of_the_scale)])[0]


@given(
    found=st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=50),
    share=st.floats(0, 1, exclude_min=True, exclude_max=True),
)
def test_the_share_is_kept(found: list[float | None], share: float) -> None:
    bound = least_agreeing(found, share)
    known = [one for one in found if one is not None]
    below = [one for one in known if one < bound]
    assert len(below) <= share * len(known) + 1
    if len(set(known)) == len(known):
        assert len(below) >= share * len(known) - 1e-9


def test_agreement_is_that_of_the_best() -> None:
    found = list(agreements([Comparison("", ("ab", "ab", "xyz")), Comparison("", ("ab",)), Comparison("", ())], None))
    assert found == [0.5, None, None]


@given(lengths=st.lists(st.integers(1, 600), max_size=60), budget=st.integers(1, 2000))
def test_token_budgets(lengths: list[int], budget: int) -> None:
    """Every text once; no batch above the budget, but for a text that is alone; lengths in one batch are neighbours."""
    made = list(batches(lengths, budget))
    assert sorted(at for batch in made for at in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= budget
    assert [lengths[at] for batch in made for at in batch] == sorted(lengths, reverse=True)


def test_the_last_encodings_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqa.metrics.comet.encode._RECENT", 2)
    recent = Recent()
    recent.put("m", [("a", b"1"), ("b", b"2")])
    assert recent.get("m", ["a"]) == {"a": b"1"}
    recent.put("m", [("c", b"3")])
    assert recent.get("m", ["a", "b", "c"]) == {"a": b"1", "c": b"3"}


def test_int8_is_close_and_made_once(pairwise: Path, tmp_path: Path) -> None:
    exact = Comet(model=str(pairwise)).utilities(POOLS[:2])
    metric = Comet(model=str(pairwise), precision="int8", cache_folder=tmp_path)
    rounded = metric.utilities(POOLS[:2])
    (made,) = tmp_path.iterdir()
    stamp = made.stat().st_mtime_ns
    assert Comet(model=str(pairwise), precision="int8", cache_folder=tmp_path).utilities(POOLS[:2]) == rounded
    assert made.stat().st_mtime_ns == stamp
    for one, other in zip(exact, rounded, strict=True):
        assert one == pytest.approx(other, abs=0.02)
        assert one != pytest.approx(other, abs=1e-5)
    assert "precision:int8|onnxruntime:" in metric.signature
    assert Comet(model=str(pairwise), precision="int8").utilities(POOLS[:2])  # with no folder to keep it in


def test_a_lone_surrogate_is_no_end(pairwise: Path) -> None:
    (values,) = Comet(model=str(pairwise)).utilities([Comparison("a\ud800", ("b\udfff", "c"))])
    assert len(values) == 2


def test_the_process_stays_as_it_was(pairwise: Path) -> None:
    """The root logger, the level of logging and the filters of warnings, in a process that has not seen COMET."""
    probe = (
        "import logging, warnings\n"
        "import numpy\n"  # has filters of its own
        "from mtqa.metrics.comet import Comet\n"
        "from mtqa.ports import Comparison\n"
        "def state():\n"
        "    root = logging.root\n"
        "    return root.handlers[:], root.level, root.manager.disable, warnings.filters[:]\n"
        "before = state()\n"
        f"Comet(model={str(pairwise)!r}).utilities([Comparison('a', ('b', 'c'))])\n"
        "assert state() == before, (before, state())\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_heavy_before_the_first_number(pairwise: Path) -> None:
    """Constructing the metric, which comes before engines are asked, loads neither torch nor COMET."""
    probe = (
        "import sys\nfrom mtqa.metrics.comet import Comet\n"
        f"metric = Comet(model={str(pairwise)!r}); metric.signature\n"
        "assert not {'torch', 'comet', 'transformers'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Models that are not there, not whole, or not for everybody.


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "hf download Unbabel/wmt22-comet-da"),
        ({"model": "somebody/else"}, "hf download somebody/else"),
        ({"model": "wmt22-cometkiwi-da"}, "hf auth login"),
        ({"model": "not there at all"}, "name a folder"),
        ({"threads": 0}, "threads"),
        ({"share": 1.5}, "share"),
        ({"batch_tokens": 0}, "batch_tokens"),
    ],
)
@pytest.mark.usefixtures("pairwise")
def test_what_is_wrong_is_said_before_anything_is_loaded(
    options: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MtqaError, match=said):
        Comet(**options)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqa.metrics.comet.models.find_spec", lambda name: None)
    with pytest.raises(PluginError, match=r'needs unbabel-comet, torch, setuptools<82; pip install "mtqa\[comet\]"'):
        Comet()


def test_a_moved_model_finds_its_encoder(pairwise: Path, tmp_path: Path) -> None:
    """A folder, or the .ckpt in it; the encoder by name, in the model's folder, or where the configuration says."""
    moved = tmp_path / "wmt22-comet-da"
    shutil.copytree(pairwise, moved)
    hparams = (moved / "hparams.yaml").read_text().replace(str(pairwise), str(tmp_path / "gone"))
    (moved / "hparams.yaml").write_text(hparams, encoding="utf-8")
    expected = Comet(model=str(pairwise)).utilities(POOLS[:1])
    assert Comet(model="wmt22-comet-da", folder=tmp_path).utilities(POOLS[:1]) == expected
    shutil.move(moved / "encoder", tmp_path / "encoder")
    checkpoint = str(moved / "checkpoints" / "model.ckpt")
    with pytest.raises(MetricError, match=r"hf download .*gone/encoder"):
        Comet(model=checkpoint)
    metric = Comet(model=checkpoint, encoder=tmp_path / "encoder")
    assert metric.utilities(POOLS[:1]) == expected
    assert metric.licence == "apache-2.0"


def test_a_checkpoint_that_lacks_weights_gives_no_numbers(pairwise: Path, tmp_path: Path) -> None:
    import torch

    broken = tmp_path / "broken"
    shutil.copytree(pairwise, broken)
    path = broken / "checkpoints" / "model.ckpt"
    saved = torch.load(path, weights_only=True)
    del saved["state_dict"]["estimator.ff.0.weight"]
    torch.save(saved, path)
    with pytest.raises(MetricError, match=r"lacks 1 of its weights, such as estimator\.ff\.0\.weight"):
        Comet(model=str(broken)).utilities(POOLS)
    saved["state_dict"]["estimator.ff.0.weight"] = torch.full((24, 6 * 32), float("nan"))
    torch.save(saved, path)
    with pytest.raises(MetricError, match="no numbers"):
        Comet(model=str(broken)).utilities(POOLS)
    path.write_bytes(b"no checkpoint")
    with pytest.raises(MetricError, match="cannot be loaded"):
        Comet(model=str(broken)).utilities(POOLS)


def test_terms_are_accepted_in_words(pairwise: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(pairwise, model)
    assert Comet(model=str(model)).licence is None
    (model / "README.md").write_text("---\nlanguage: en\nlicense: cc-by-nc-sa-4.0\n---\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r'write accept_licence = "cc-by-nc-sa-4\.0"'):
        Comet(model=str(model))
    with pytest.raises(ConfigError, match="accept_licence"):
        Comet(model=str(model), accept_licence="yes")
    assert Comet(model=str(model), accept_licence="cc-by-nc-sa-4.0").licence == "cc-by-nc-sa-4.0"


@pytest.mark.parametrize("family", ["unified_metric", "referenceless_regression_metric"])
def test_a_model_without_references_is_no_metric(comet_model: Models, family: str) -> None:
    with pytest.raises(MetricError, match=r"\[checks\.qe\]"):
        Comet(model=str(comet_model(family)))


def test_a_device_that_is_not_there(pairwise: Path) -> None:
    with pytest.raises(MetricError, match="device"):
        Comet(model=str(pairwise), device="warp").utilities(POOLS)
    with pytest.raises(ConfigError, match="int8"):
        Comet(model=str(pairwise), device="cuda", precision="int8")
