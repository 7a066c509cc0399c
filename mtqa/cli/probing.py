"""Probing: what `mtqa probe` asks, what that costs, and the answers put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mtqa import __version__
from mtqa.cli.evidence import tell
from mtqa.cli.terminal import notice, progress
from mtqa.errors import ConfigError
from mtqa.evidence.observed import FEW_DOCUMENTS, STRETCH
from mtqa.evidence.probe import Probed, measure
from mtqa.evidence.stats import Documents
from mtqa.evidence.variants import variants
from mtqa.inline import Text
from mtqa.languages import primary
from mtqa.model import CandidateSet, Segment
from mtqa.pipeline import Plan, Progress, read
from mtqa.ports import Engine, JsonObject
from mtqa.store.answers import Answers
from mtqa.store.run import RunStore
from mtqa.translate import Terms, ask
from mtqa.translate.estimate import estimate

_SIGN = "~"  # between the id of a segment and the kind of its variant


@dataclass(frozen=True, slots=True)
class How:
    """What is asked of each engine."""

    repeat: int
    vary: bool
    synonyms: Mapping[str, str]
    paraphrase: str | None


class Probe:
    """One probe: the segments read, the costs estimated, the engines asked in up to three rounds."""

    def __init__(self, plan: Plan, engines: Sequence[str], how: How) -> None:
        self._plan, self._how, self._spent = plan, how, 0.0
        self._engines = {name: plan.parts.engines[name] for name in engines}
        with progress() as shown, _store(plan.folder / "read") as store:
            _, self._inputs, notices = read(plan, store, shown)
            known = [s for s in store.segments() if not s.protected and not s.source.blank]
        for about in notices:
            notice(about)
        self._segments = known
        # A variant of a text with inline codes would have to move them; such a text is asked as it is.
        self._plain = [s for s in known if len(s.source.parts) == 1 and isinstance(s.source.parts[0], str)]
        self._variants = [v for s in self._plain for v in self._varied(s)] if how.vary else []

    def _varied(self, segment: Segment) -> Iterator[Segment]:
        found = variants(segment.source.plain, primary(segment.source_lang), self._how.synonyms)
        for kind, text in found.items():
            yield replace(segment, id=f"{segment.id}{_SIGN}{kind}", source=Text(text), target=None, alternatives=())

    def estimate(self) -> None:
        """Tell on stderr what will be asked. Raises ConfigError for nothing, and for more than may be spent."""
        if not self._segments:
            raise ConfigError("probe", "there is no segment to ask about", "give a file with segments to translate")
        total = 0.0
        for name, (samples, segments) in self._questions().items():
            with _answers(self._plan) as answers:
                engine = self._plan.parts.engines[name]
                parts = [
                    estimate(name, engine, iter(some), answers, n) for n, some in zip(samples, segments, strict=True)
                ]
            texts, cost = sum(one.texts for one in parts), [one.cost for one in parts]
            known = [one for one in cost if one is not None]
            told = f"{sum(known):.4f} {self._plan.settings.currency}" if len(known) == len(cost) else "unknown cost"
            tell(f"{name}: {texts} texts to send, {told}")
            total += sum(known)
        limit = self._plan.settings.max_cost
        if limit is not None and total > limit:
            what = f"is estimated to cost {total:.4f} {self._plan.settings.currency}, more than {limit:g}"
            raise ConfigError(
                "probe", what, "ask fewer segments (--limit) or less often (--repeat), or raise --max-cost"
            )

    def _questions(self) -> dict[str, tuple[list[int], list[list[Segment]]]]:
        """Engine -> how often each list of segments is asked. Paraphrases are taken to be as long as their sources."""
        same = self._plain if self._how.paraphrase else []
        found = {name: ([self._how.repeat, 1, 1], [self._segments, self._variants, same]) for name in self._engines}
        if self._how.paraphrase:
            found[self._how.paraphrase] = ([1], [self._mirrored()])
        return found

    def _mirrored(self) -> list[Segment]:
        """The sources as texts to be put into their own language."""
        return [
            replace(s, id=f"{s.id}{_SIGN}paraphrases", target_lang=s.source_lang, target=None, alternatives=())
            for s in self._plain
        ]

    def run(self) -> JsonObject:
        """Ask, and measure."""
        if self._how.paraphrase:
            self._variants += self._paraphrases(self._how.paraphrase)
        repeats = self._asked("again", self._engines, self._segments, self._how.repeat)
        answers = self._asked("varied", self._engines, self._variants, 1) if self._variants else {}
        said: dict[str, dict[str, dict[str, str]]] = {}
        sources: dict[str, dict[str, str]] = {}
        for variant in self._variants:
            identity, _, kind = variant.id.rpartition(_SIGN)
            sources.setdefault(identity, {})[kind] = variant.source.plain
            for engine, texts in answers.get(variant.id, {}).items():
                said.setdefault(identity, {}).setdefault(engine, {})[kind] = texts[0]
        probed = [
            Probed(
                s.id, f"{s.file}", s.source.plain, s.source_lang, s.target_lang,
                sources.get(s.id, {}), repeats.get(s.id, {}), said.get(s.id, {}),
            )
            for s in self._segments
        ]  # fmt: skip
        return self._record(_in_documents(probed))

    def _record(self, probed: list[Probed]) -> JsonObject:
        notices = [
            f"{name}: {missing} of {len(probed)} segments without an answer"
            for name in self._engines
            if (missing := sum(not one.repeats.get(name) for one in probed))
        ]
        coded = len(self._segments) - len(self._plain)
        if coded and self._how.vary:
            notices.append(f"{coded} segments with inline codes were not varied")
        return {
            "mtqa": __version__,
            "segments": len(probed),
            "repeat": self._how.repeat,
            "inputs": self._inputs,
            "engines": measure(probed, list(self._engines)),
            "spent": round(self._spent, 6),
            "currency": self._plan.settings.currency,
            "signatures": {name: engine.signature for name, engine in self._engines.items()}
            | {"intervals": Documents([one.document for one in probed]).signature},
            "notices": notices,
        }

    def _paraphrases(self, engine: str) -> list[Segment]:
        engines = {engine: self._plan.parts.engines[engine]}
        found = self._asked("paraphrased", engines, self._mirrored(), 1)
        return [
            replace(s, id=f"{s.id}{_SIGN}paraphrases", source=Text(texts[0]), target=None, alternatives=())
            for s in self._plain
            for texts in found.get(f"{s.id}{_SIGN}paraphrases", {}).values()
            if texts[0] != s.source.plain
        ]

    def _asked(
        self, stage: str, engines: Mapping[str, Engine], segments: Sequence[Segment], times: int
    ) -> dict[str, dict[str, list[str]]]:
        """Segment -> engine -> its answers, plain, in the order in which they were asked.

        In passes over all segments, every other one backwards: an engine that remembers what it was asked before gives
        itself away by that, and not by the same question twice in a row. Backwards would change what an engine reads as
        context, so those that read it are always asked forwards.
        """
        context = any(engine.capabilities.context for engine in engines.values())
        with progress() as shown, _store(self._plan.folder / stage) as store, _answers(self._plan) as answers:
            store.add_segments(segments)
            for name in engines:
                shown.start(f"{name} {stage}", len(segments) * times)
            for turn in range(1, times + 1):
                order = segments if turn % 2 or context else segments[::-1]
                self._pass(stage, engines, order, turn, store, answers, shown)
            windows = [w for langs in store.languages() for w in store.candidate_sets(list(engines), langs)]
        return {found.segment.id: _texts(found) for window in windows for found in window}

    def _pass(
        self,
        stage: str,
        engines: Mapping[str, Engine],
        segments: Sequence[Segment],
        turn: int,
        store: RunStore,
        answers: Answers,
        shown: Progress,
    ) -> None:
        """Ask once more about every segment; what was asked in the passes before is there already."""
        limit = self._plan.settings.max_cost
        left = None if limit is None else max(limit - self._spent, 0.0)
        terms = Terms(dict.fromkeys(engines, turn), left, self._plan.settings.currency)
        asked = ask(
            engines,
            lambda: iter(segments),
            answers,
            store,
            lambda name, n: shown.advance(f"{name} {stage}", n),
            terms,
        )
        self._spent += sum(asked.spent.values())
        for trouble in asked.troubles:
            tell(f"{trouble.engine}: {trouble.kind}: {trouble.segments} segments: {trouble.reason}; {trouble.todo}")


def _texts(found: CandidateSet) -> dict[str, list[str]]:
    return {one.engine: [one.text.plain, *(text.plain for text in one.samples)] for one in found.candidates}


def _in_documents(probed: list[Probed]) -> list[Probed]:
    """With few files, stretches of segments stand for documents, as in the other pages of evidence."""
    if len({one.document for one in probed}) >= FEW_DOCUMENTS:
        return probed
    stretch = max(min(STRETCH, len(probed) // FEW_DOCUMENTS), 1)
    return [replace(one, document=f"{one.document}#{number // stretch}") for number, one in enumerate(probed)]


@contextmanager
def _store(folder: Path) -> Iterator[RunStore]:
    """A store of its own in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(RunStore(folder)) as store:
        yield store


def _answers(plan: Plan) -> closing[Answers]:
    return closing(Answers(plan.answers))
