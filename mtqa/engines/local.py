"""A translation model in a folder, run in this process: no server, no key, no cost."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from mtqa.engines.faults import excerpt
from mtqa.engines.local_models import CTranslate2Model, Decoded, Model, model_of, piece_models, required
from mtqa.engines.options import require_positive
from mtqa.errors import ConfigError, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, NoAnswer, Outcome, Price, Query

_BLOCK = 2**20  # bytes read at once
_LOADING = threading.Lock()  # transformers cannot load two models at once


class LocalEngine:
    """Translates with a model of CTranslate2 or transformers, loaded when it is first asked.

    `path`: its folder. `source` and `target`: the languages of a model that has one pair; it is asked about no other.
    A model of many languages has a token for each; `codes` says which, by language, where the model calls it otherwise
    (`de = "deu_Latn"`). `prefix`: put before every text, with `{source}` and `{target}` in it, for models that are
    told. `markup`: how inline codes are written for it; "none" leaves them out. `beam`: translations followed at once.
    """

    def __init__(  # noqa: PLR0913 - the parameters are the configuration
        self,
        *,
        path: Path,
        source: str | None = None,
        target: str | None = None,
        codes: dict[str, str] | None = None,
        prefix: str = "",
        markup: Literal["xml", "html", "tokens", "none"] = "tokens",
        beam: int = 4,
        batch: int = 16,
        device: Literal["auto", "cpu", "cuda"] = "auto",
    ) -> None:
        require_positive("local", {"beam": beam, "batch": batch})
        found = model_of(path)
        if found is None:
            what = f"{path} holds no model: neither model.bin nor config.json with weights"
            raise ConfigError("local path", what, "name the folder of a CTranslate2 or transformers model")
        self._kind, self._folder = found
        required(*self._kind.modules)
        if self._kind is CTranslate2Model:
            piece_models(self._folder)
        if bool(source) != bool(target):
            raise ConfigError("local", "source and target belong together", "set both, or neither")
        self._pair = (primary(source), primary(target)) if source and target else _recorded_pair(path)
        self._codes = {tag.lower(): code for tag, code in (codes or {}).items()}
        self._prefix, self._beam, self._device, self._path = prefix, beam, device, path
        self.where = f"local ({excerpt(path.name)})"
        self.capabilities = Capabilities(
            None if markup == "none" else Markup(markup),
            max_items=batch,
            max_chars=20_000,
            price=Price("characters", 0.0),
            model=path.name,
        )
        self._lock = threading.Lock()
        self._model: Model | None = None

    @cached_property
    def signature(self) -> str:
        """A digest of the model's files, and the settings."""
        digest = hashlib.sha256()
        for file in sorted(one for one in self._path.rglob("*") if one.is_file() and one.suffix != ".md"):
            digest.update(f"{file.relative_to(self._path).as_posix()}\0".encode("utf-8", "surrogateescape"))
            with file.open("rb") as opened:
                while block := opened.read(_BLOCK):
                    digest.update(block)
        markup = self.capabilities.markup or "none"
        said = json.dumps([self._pair, self._codes, self._prefix, self._beam], sort_keys=True)
        return f"local|{digest.hexdigest()[:16]}|{said}|{markup}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """The texts translated together, line by line."""
        with self._lock:
            model = self._model = self._model or self._loaded()
            tokens = self._language_tokens(model, batch[0].source_lang, batch[0].target_lang)
            if isinstance(tokens, str):
                return [NoAnswer(query.id, Missing.ABSTAINED, tokens) for query in batch]
            lines = {query.id: self._lines(query) for query in batch}
            asked = list(dict.fromkeys(line for some in lines.values() for line in some if line))
            sizes = {line: model.count(line) for line in asked}
            short = [line for line in asked if sizes[line] <= model.longest]
            try:
                decoded = dict(zip(short, model.decode(short, *tokens), strict=True)) if short else {}
            except (RuntimeError, ValueError, IndexError) as error:  # out of memory, as a rule
                what = f"the model failed ({excerpt(str(error))})"
                raise EngineReply(self.where, what, "a smaller batch is tried") from error
        return [self._outcome(query, lines[query.id], sizes, decoded) for query in batch]

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._model = None

    def _loaded(self) -> Model:
        try:
            with _LOADING:
                return self._kind(self._folder, self._device, self._beam)
        except (OSError, RuntimeError, ValueError, KeyError, ImportError) as error:
            what = f"the model cannot be loaded ({excerpt(str(error))})"
            raise EngineRefused(self.where, what, "check the files in its folder") from error

    def _language_tokens(self, model: Model, source: str, target: str) -> tuple[str, str] | str:
        """What tells the model the languages, before the source and before the translation; or why it cannot."""
        if not model.language_tokens:
            pair = (primary(source), primary(target))
            if self._pair is None:
                raise EngineRefused(self.where, "the model does not say its languages", "set source and target")
            return ("", "") if pair == self._pair else f"the model has no {source} to {target}"
        codes = [self._code(model, tag) for tag in (source, target)]
        if not codes[1]:
            return f"the model has no language {target}; codes may name it"
        if codes[1].startswith((">>", "<2")):
            return codes[1], ""
        return (codes[0], codes[1]) if codes[0] else f"the model has no language {source}; codes may name it"

    def _code(self, model: Model, tag: str) -> str:
        """The model's token for a language; empty when it has none."""
        named = self._codes.get(tag.lower()) or self._codes.get(primary(tag))
        for code in (named,) if named else (tag, tag.replace("-", "_"), primary(tag)):
            for token in (code, f"__{code}__", f">>{code}<<", f"<2{code}>"):
                if token in model.language_tokens:
                    return token
        begun = [token for token in model.language_tokens if token.startswith(f"{primary(tag)}_")]
        return begun[0] if len(begun) == 1 and not named else ""

    def _lines(self, query: Query) -> list[str]:
        prefix = self._prefix.replace("{source}", query.source_lang).replace("{target}", query.target_lang)
        return [prefix + line.strip() if line.strip() else "" for line in query.text.splitlines()]

    def _outcome(self, query: Query, lines: list[str], sizes: dict[str, int], decoded: dict[str, Decoded]) -> Outcome:
        long = next((sizes[line] for line in lines if line and line not in decoded), None)
        if long is not None:
            return NoAnswer(query.id, Missing.ABSTAINED, f"a line has {long} tokens, more than the model takes")
        used = [decoded[line] for line in lines if line]
        if not all(one.whole for one in used):
            return NoAnswer(query.id, Missing.TRUNCATED, "the model did not come to an end")
        if any(one.unknown for one in used):
            return NoAnswer(query.id, Missing.FAILED, "the model wrote a word that its vocabulary does not have")
        usage = Usage(None, sum(one.read for one in used), sum(one.written for one in used))
        texts = [decoded[line].text if line else "" for line in lines]
        return Answer(query.id, _in_place(query.text, texts), self._path.name, usage, 0.0)


def _in_place(text: str, lines: Sequence[str]) -> str:
    """`text` with its lines replaced; line breaks and the spaces around lines stay."""
    out = []
    for old, new in zip(text.splitlines(keepends=True), lines, strict=True):
        bare = old.strip()
        head, _, tail = old.partition(bare) if bare else (old, "", "")
        out += [head, new, tail]
    return "".join(out)


def _recorded_pair(path: Path) -> tuple[str, str] | None:
    """The languages that the tokenizer of a model was saved with, if it was."""
    try:
        saved = json.loads((path / "tokenizer_config.json").read_text(encoding="utf-8"))
        pair = primary(saved["source_lang"]), primary(saved["target_lang"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return pair if all(len(code) == 2 for code in pair) else None
