"""Models in a folder: both libraries with real (if tiny) models, which must agree; and what is said without them."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from mtqa.engines import local_models
from mtqa.engines.local import LocalEngine
from mtqa.engines.local_models import CTranslate2Model, Decoded
from mtqa.errors import ConfigError, EngineRefused, EngineReply, PluginError
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.plugins import build
from mtqa.ports import Answer, NoAnswer
from tests.engines import tiny_models
from tests.engines.wire import outcomes, queries

HOUSE, LINES = "The house is big.", "Save the file.\n\n  Good morning! "


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ("torch", "transformers", "ctranslate2", "sentencepiece"):
        pytest.importorskip(module)
    sys.modules["torch"].set_num_threads(1)  # models of this size only wait for each other on more
    folder = tmp_path_factory.mktemp("models")
    tiny_models.marian(folder / "marian")
    tiny_models.m2m(folder / "m2m")
    tiny_models.converted(folder / "marian", folder / "marian-ct2", "source.spm", "target.spm", "tokenizer_config.json")
    tiny_models.converted(folder / "m2m", folder / "m2m-ct2", "sentencepiece.bpe.model")
    return folder


def texts_of(engine: LocalEngine, *texts: str | Text, target: str = "de") -> list[object]:
    found = outcomes(engine, queries(*texts, languages=("en", target), markup=Markup.TOKENS))
    return [outcome.text if isinstance(outcome, Answer) else outcome for outcome in found.values()]


@pytest.mark.parametrize(
    ("name", "beam"), [("marian", 1), ("marian", 4), ("marian-ct2", 1), ("marian-ct2", 4), ("m2m", 1), ("m2m-ct2", 4)]
)
def test_it_translates_line_by_line(models: Path, name: str, beam: int) -> None:
    engine = LocalEngine(path=models / name, beam=beam)
    assert texts_of(engine, HOUSE, LINES) == ["Das Haus ist groß.", "Datei speichern.\n\n  Guten Morgen! "]
    engine.close()
    assert texts_of(engine, HOUSE) == ["Das Haus ist groß."]


@pytest.mark.parametrize("name", ["m2m", "m2m-ct2"])
def test_the_language_is_chosen_by_its_token(models: Path, name: str) -> None:
    engine = LocalEngine(path=models / name, codes={"fr-CA": "fr", "tlh": "de"})
    assert texts_of(engine, HOUSE, target="fr-CA") == ["La maison est grande."]
    assert texts_of(engine, HOUSE, target="tlh") == ["Das Haus ist groß."]
    reason = "the model has no language mi; codes may name it"
    assert texts_of(engine, HOUSE, target="mi") == [NoAnswer("q1", Missing.ABSTAINED, reason)]


def test_several_models_are_loaded_by_several_threads(models: Path) -> None:
    """As a run does with several engines; transformers itself cannot."""
    for _ in range(3):
        engines = [LocalEngine(path=models / name) for name in ("marian", "m2m", "marian", "m2m-ct2")]
        with ThreadPoolExecutor(len(engines)) as pool:
            found = list(pool.map(lambda engine: texts_of(engine, HOUSE), engines))
        assert found == [["Das Haus ist groß."]] * len(engines)


def test_the_two_libraries_agree_also_on_what_they_never_saw(models: Path) -> None:
    engines = [LocalEngine(path=models / name, beam=1) for name in ("marian", "marian-ct2")]
    unseen = ["Save the house.", "Good house!", "The file is big. Good morning!"]
    one, other = (texts_of(engine, *unseen) for engine in engines)
    assert one == other


def test_answers_carry_model_and_usage_and_cost_nothing(models: Path) -> None:
    engine = LocalEngine(path=models / "marian-ct2")
    answer = outcomes(engine, queries(HOUSE))["q1"]
    assert isinstance(answer, Answer)
    assert (answer.model, answer.cost) == ("marian-ct2", 0.0)
    assert answer.usage is not None
    assert answer.usage.input_tokens and answer.usage.output_tokens  # noqa: PT018


def test_a_pair_that_the_model_does_not_have_is_an_abstention(models: Path) -> None:
    for engine in (
        LocalEngine(path=models / "marian"),
        LocalEngine(path=models / "marian-ct2", source="en", target="de"),
    ):
        assert texts_of(engine, HOUSE, target="fr") == [NoAnswer("q1", Missing.ABSTAINED, "the model has no en to fr")]


def test_a_model_that_does_not_say_its_languages_is_asked_nothing(models: Path, tmp_path: Path) -> None:
    tiny_models.converted(models / "marian", tmp_path / "silent", "source.spm", "target.spm")
    with pytest.raises(EngineRefused, match="set source and target"):
        outcomes(LocalEngine(path=tmp_path / "silent"), queries(HOUSE))


@pytest.mark.parametrize("name", ["marian", "marian-ct2"])
def test_a_line_that_is_too_long_is_not_cut_silently(models: Path, name: str) -> None:
    engine = LocalEngine(path=models / name)
    found = texts_of(engine, "house " * 600, HOUSE)
    assert isinstance(found[0], NoAnswer)
    assert "more than the model takes" in found[0].reason
    assert found[1] == "Das Haus ist groß."


def test_a_damaged_model_says_so(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    for file in (models / "marian-ct2").iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[: 2000 if file.name == "model.bin" else None])
    with pytest.raises(EngineRefused, match="cannot be loaded"):
        outcomes(LocalEngine(path=folder), queries(HOUSE))


def test_the_signature_follows_the_files_and_what_is_said(models: Path) -> None:
    variants: list[dict[str, Any]] = [{}, {"beam": 1}, {"prefix": "x: "}, {"codes": {"de": "y"}}, {"markup": "none"}]
    found = {LocalEngine(path=models / "marian-ct2", **options).signature for options in variants}
    found.add(LocalEngine(path=models / "m2m-ct2").signature)
    assert len(found) == 6
    assert LocalEngine(path=models / "m2m", batch=3).signature == LocalEngine(path=models / "m2m").signature


class Fake:
    """A model that answers what a test wants to see handled; the real ones do not on demand."""

    longest = 9
    language_tokens: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], str, str]] = []
        self.answer = Decoded("X", whole=True, unknown=False, read=1, written=1)

    def count(self, line: str) -> int:
        return len(line.split())

    def decode(self, lines: Sequence[str], source: str, target: str) -> list[Decoded]:
        self.asked.append((tuple(lines), source, target))
        return [self.answer] * len(lines)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fake:
    model = Fake()
    for name in ("model.bin", "spiece.model"):
        (tmp_path / name).touch()
    monkeypatch.setattr(local_models, "required", lambda *_: None)
    monkeypatch.setattr("mtqa.engines.local.required", lambda *_: None)
    monkeypatch.setattr(LocalEngine, "_loaded", lambda _self: model)
    return model


@pytest.mark.parametrize(
    ("vocabulary", "sent"),
    [
        ({"__en__", "__de__"}, ("__en__", "__de__")),
        ({"eng_Latn", "deu_Latn", "en_XX", "de_DE"}, ("en_XX", "de_DE")),
        ({">>deu<<", ">>de<<"}, (">>de<<", "")),
        ({"<2de>", "<2fr>"}, ("<2de>", "")),
    ],
)
def test_languages_are_named_as_the_model_names_them(
    fake: Fake, tmp_path: Path, vocabulary: set[str], sent: tuple[str, str]
) -> None:
    fake.language_tokens = frozenset(vocabulary)
    outcomes(LocalEngine(path=tmp_path), queries("One"))
    assert fake.asked == [(("One",), *sent)]


def test_codes_name_languages_that_cannot_be_guessed(fake: Fake, tmp_path: Path) -> None:
    fake.language_tokens = frozenset({"eng_Latn", "deu_Latn"})
    assert isinstance(outcomes(LocalEngine(path=tmp_path), queries("One"))["q1"], NoAnswer)
    engine = LocalEngine(path=tmp_path, codes={"en": "eng_Latn", "de": "deu_Latn"})
    assert isinstance(outcomes(engine, queries("One", languages=("en-GB", "de-AT")))["q1"], Answer)
    assert fake.asked == [(("One",), "eng_Latn", "deu_Latn")]


def test_a_prefix_tells_the_languages(fake: Fake, tmp_path: Path) -> None:
    engine = LocalEngine(path=tmp_path, source="en", target="de", prefix="translate {source} to {target}: ")
    outcomes(engine, queries("One\nOne\nTwo"))
    assert fake.asked == [(("translate en to de: One", "translate en to de: Two"), "", "")]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Decoded("X", whole=False, unknown=False, read=1, written=1), Missing.TRUNCATED),
        (Decoded("X", whole=True, unknown=True, read=1, written=1), Missing.FAILED),
    ],
)
def test_damage_is_named(fake: Fake, tmp_path: Path, answer: Decoded, kind: Missing) -> None:
    fake.answer = answer
    found = outcomes(LocalEngine(path=tmp_path, source="en", target="de"), queries("One"))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is kind


def test_no_memory_asks_for_a_smaller_batch(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(fake, "decode", fail)
    with pytest.raises(EngineReply, match="out of memory"):
        outcomes(LocalEngine(path=tmp_path, source="en", target="de"), queries("One"))


def test_codes_go_out_as_tokens(fake: Fake, tmp_path: Path) -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"))
    outcomes(LocalEngine(path=tmp_path, source="en", target="de"), queries(source, markup=Markup.TOKENS))
    assert fake.asked[0][0] == ("Press <g1>Save</g1>",)


def test_wrong_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no model"):
        LocalEngine(path=tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.bin").touch()
    with pytest.raises(ConfigError if local_models.find_spec("ctranslate2") else PluginError):
        LocalEngine(path=tmp_path)


def test_a_missing_extra_is_named_with_its_pip_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = local_models.find_spec

    def without(name: str) -> ModuleSpec | None:
        return None if name in ("ctranslate2", "transformers") else found(name)

    monkeypatch.setattr(local_models, "find_spec", without)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(PluginError, match=r'pip install "mtqa\[transformers\]"'):
        build("engines", "local", {"path": str(tmp_path)}, "[engines.local]")
    (tmp_path / "model.bin").touch()
    with pytest.raises(PluginError, match=r'needs the module ctranslate2; pip install "mtqa\[local\]"'):
        build("engines", "local", {"path": str(tmp_path)}, "[engines.local]")


def test_nothing_heavy_is_loaded_before_it_is_asked(models: Path) -> None:
    probe = (
        "import sys; from pathlib import Path; from mtqa.engines.local import LocalEngine;"
        "engine = LocalEngine(path=Path(sys.argv[1])); engine.signature; engine.close();"
        "print([m for m in ('torch', 'transformers', 'ctranslate2', 'sentencepiece') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(models / "marian")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_packages_of_argos_have_their_model_one_folder_down(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.bin").touch()
    (tmp_path / "sentencepiece.model").touch()
    assert local_models.model_of(tmp_path) == (CTranslate2Model, tmp_path / "model")
    assert local_models.piece_models(tmp_path / "model") == (tmp_path / "sentencepiece.model",) * 2
