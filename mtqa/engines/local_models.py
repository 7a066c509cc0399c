"""Translation models in a folder, run in this process: CTranslate2's, and those of transformers.

Their libraries are loaded with the model. A model is asked about lines: pieces of text without line breaks.
"""

from __future__ import annotations

import importlib
import json
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from mtqa.errors import ConfigError, PluginError

LANGUAGE_TOKEN = re.compile(r"__[a-z]{2,3}__|[a-z]{2,3}_[A-Z][A-Za-z]{1,3}|>>\w+<<|<2\w+>")
_LONGEST = 512  # tokens of a line, where a model does not say; most are trained on sentences
_PIECES = ("sentencepiece.bpe.model", "spiece.model", "sentencepiece.model", "spm.model")
_BARE = "sentencepiece.model"  # of OpenNMT and Argos, whose models are trained without an end of the source


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a model made of a line. `whole`: whether it came to an end. `unknown`: whether a word is missing in it."""

    text: str
    whole: bool
    unknown: bool
    read: int
    written: int


class Model(Protocol):
    """A loaded model. `language_tokens`: those of its vocabulary that name a language. `longest`: tokens of a line."""

    language_tokens: frozenset[str]
    longest: int

    def count(self, line: str) -> int:
        """How many tokens a line is."""
        ...

    def decode(self, lines: Sequence[str], source: str, target: str) -> list[Decoded]:
        """The lines translated; `source` and `target` are language tokens, or empty."""
        ...


def required(extra: str, *modules: str) -> None:
    """Raises PluginError when one of the modules is not installed. Loads none of them."""
    for module in modules:
        if find_spec(module) is None:
            raise PluginError("engine local", f"needs the module {module}", f'pip install "mtqa[{extra}]"')


class CTranslate2Model:
    """A folder with `model.bin`, and the SentencePiece model (or the pair) that its tokens are made with."""

    modules = ("local", "ctranslate2", "sentencepiece")
    longest = _LONGEST

    def __init__(self, folder: Path, device: str, beam: int) -> None:
        library = importlib.import_module("ctranslate2")
        pieces = importlib.import_module("sentencepiece")
        source, target = piece_models(folder)
        self._source = pieces.SentencePieceProcessor(model_file=str(source))
        self._target = pieces.SentencePieceProcessor(model_file=str(target))
        self._end = [] if source.name == _BARE else ["</s>"]
        self._translator = library.Translator(str(folder), device=device)
        self._beam = beam
        self.language_tokens = _languages(_vocabulary(folder))

    def count(self, line: str) -> int:
        """How many tokens a line is."""
        return len(self._source.encode(line, out_type=str)) + 2  # the end, and a language

    def decode(self, lines: Sequence[str], source: str, target: str) -> list[Decoded]:
        """The lines translated."""
        first = [source] if source else []
        sent = [[*first, *self._source.encode(line, out_type=str), *self._end] for line in lines]
        results = self._translator.translate_batch(
            sent,
            target_prefix=[[target]] * len(sent) if target else None,
            beam_size=self._beam,
            max_input_length=0,  # else what is over it is dropped silently
            max_decoding_length=_room(max(map(len, sent))),
            return_end_token=True,
        )
        return [self._decoded(tokens, one.hypotheses[0], target) for tokens, one in zip(sent, results, strict=True)]

    def _decoded(self, sent: list[str], found: list[str], target: str) -> Decoded:
        whole = bool(found) and found[-1] == "</s>"
        words = [token for token in found if token not in ("</s>", target)]
        text = self._target.decode(words)
        return Decoded(text, whole, "<unk>" in words, len(sent), len(found))


class TransformersModel:
    """A folder as transformers saves sequence-to-sequence models, with their tokenizer."""

    modules = ("transformers", "transformers", "torch", "sentencepiece")

    def __init__(self, folder: Path, device: str, beam: int) -> None:
        library = importlib.import_module("transformers")
        self._torch = importlib.import_module("torch")
        library.logging.set_verbosity_error()
        library.logging.disable_progress_bar()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice on packages that are not needed here
            self._tokenizer = library.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            self._model = library.AutoModelForSeq2SeqLM.from_pretrained(str(folder), local_files_only=True)
        chosen = device if device != "auto" else "cuda" if self._torch.cuda.is_available() else "cpu"
        self._model.to(chosen).eval()
        self._beam = beam
        named = getattr(self._tokenizer, "lang_code_to_token", {})  # in some tokenizers not of the vocabulary
        self.language_tokens = _languages([*self._tokenizer.get_vocab(), *named.values()])
        known = getattr(self._model.config, "max_position_embeddings", None) or _LONGEST
        self.longest = min(known, self._tokenizer.model_max_length)

    def count(self, line: str) -> int:
        """How many tokens a line is."""
        return len(self._tokenizer(line)["input_ids"]) + 1

    def decode(self, lines: Sequence[str], source: str, target: str) -> list[Decoded]:
        """The lines translated."""
        options: dict[str, Any] = {}
        if target:  # a language on either side
            self._tokenizer.src_lang = source.strip("_")
            options["forced_bos_token_id"] = self._tokenizer.convert_tokens_to_ids(target)
        elif source:  # of the target, before the text
            lines = [f"{source} {line}" for line in lines]
        sent = self._tokenizer(list(lines), return_tensors="pt", padding=True).to(self._model.device)
        with self._torch.inference_mode():
            found = self._model.generate(
                input_ids=sent["input_ids"],
                attention_mask=sent["attention_mask"],
                num_beams=self._beam,
                do_sample=False,
                max_new_tokens=min(_room(sent["input_ids"].shape[1]), self.longest - 2),
                **options,
            )
        read = sent["attention_mask"].sum(dim=1).tolist()
        starts = 2 if target else 1  # tokens that start the decoder
        return [self._decoded(size, row[starts:]) for size, row in zip(read, found.tolist(), strict=True)]

    def _decoded(self, read: int, written: list[int]) -> Decoded:
        tokenizer = self._tokenizer
        whole = tokenizer.eos_token_id in written
        if whole:
            written = written[: written.index(tokenizer.eos_token_id)]
        text = tokenizer.decode(written, skip_special_tokens=True)
        return Decoded(text, whole, tokenizer.unk_token_id in written, read, len(written))


def model_of(path: Path) -> tuple[type[CTranslate2Model | TransformersModel], Path] | None:
    """The kind of the model at `path`, and its folder; None when there is none."""
    for folder in (path, path / "model"):  # the latter in packages of Argos
        if (folder / "model.bin").is_file():
            return CTranslate2Model, folder
    weights = any(path.glob("*.safetensors")) or (path / "pytorch_model.bin").is_file()
    return (TransformersModel, path) if weights and (path / "config.json").is_file() else None


def piece_models(folder: Path) -> tuple[Path, Path]:
    """The SentencePiece models for source and target of a model of CTranslate2. Raises ConfigError."""
    places = [folder, folder.parent] if folder.name == "model" else [folder]
    for place in places:
        pair = place / "source.spm", place / "target.spm"
        if all(one.is_file() for one in pair):
            return pair
        for name in _PIECES:
            if (place / name).is_file():
                return place / name, place / name
    what = f"{folder} has neither source.spm and target.spm nor one of {', '.join(_PIECES)}"
    raise ConfigError("local path", what, "copy the file from the model that was converted")


def _vocabulary(folder: Path) -> list[str]:
    for name in ("shared_vocabulary.json", "target_vocabulary.json"):
        if (folder / name).is_file():
            found: list[str] = json.loads((folder / name).read_text(encoding="utf-8"))
            return found
    text = folder / "shared_vocabulary.txt"
    return text.read_text(encoding="utf-8").splitlines() if text.is_file() else []


def _languages(vocabulary: Iterable[str]) -> frozenset[str]:
    return frozenset(token for token in vocabulary if LANGUAGE_TOKEN.fullmatch(token))


def _room(tokens: int) -> int:
    """The most tokens that a translation may have."""
    return 2 * tokens + 32
