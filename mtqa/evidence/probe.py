"""Probe: is an engine a function of its input, and does it move no more than its input does? Pure.

    move(a, b)     the share of words (characters, where words are not spaced) that must be changed to make b of a:
                   Levenshtein by the longer; letter case, punctuation and the grouping of digits left aside. For
                   `order` the words are compared as bags
    repeats        the same text asked k times: distinct answers; self-agreement, the mean of 1 - move over all pairs;
                   numbers differ, or more than half of the words do (`rewritten`), in any pair
    variations     a variant against the text itself: move of the source, move of the translation (against the first
                   answer to the text itself), excess = what the translation moves beyond the source, 0 or more
    beyond chance  the excess less the mean move among the repeats of the same engine and segments

An engine that gives other answers to the same text moves without any reason; the last line takes that off. What a
"rewritten" answer means is for a person to read: no measure here knows meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from rapidfuzz.distance import Levenshtein

from mtqa.evidence.stats import Documents, Estimate, Floats
from mtqa.evidence.variants import KINDS
from mtqa.languages import is_spaced
from mtqa.ports import JsonObject

REWRITTEN = 0.5
_WORST = 10  # segments that are shown, by engine and kind
_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_GROUPS = re.compile(r"(?<=\d)[.,'’\u00a0\u202f ](?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Probed:
    """One segment as it was asked.

    `variants`: kind -> the source said otherwise. `repeats`: engine -> its answers to the text itself, in order;
    `answers`: engine -> kind -> its answer to the variant. What is absent did not come.
    """

    id: str
    document: str
    source: str
    source_lang: str
    target_lang: str
    variants: Mapping[str, str] = field(default_factory=dict)
    repeats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def measure(probed: Sequence[Probed], engines: Sequence[str]) -> list[JsonObject]:
    """A record for each engine: `repeats`, and `variations` by kind; absent where nothing was asked or answered."""
    return [_engine(name, probed) for name in engines]


def _engine(name: str, probed: Sequence[Probed]) -> JsonObject:
    record: JsonObject = {"engine": name, "variations": []}
    asked = [one for one in probed if len(one.repeats.get(name, ())) > 1]
    if asked:
        record["repeats"] = _repeats(name, asked)
    for kind in KINDS:
        varied = [one for one in probed if kind in one.answers.get(name, {}) and one.repeats.get(name)]
        if varied:
            record["variations"].append(_variation(name, kind, varied))
    return record


def _repeats(name: str, asked: Sequence[Probed]) -> JsonObject:
    documents = Documents([one.document for one in asked])
    answers = [one.repeats[name] for one in asked]
    moves = [
        [move(a, b, one.target_lang) for a, b in combinations(given, 2)]
        for one, given in zip(asked, answers, strict=True)
    ]
    distinct = np.array([len(set(map(_exact, given))) for given in answers], dtype=float)
    agreement = np.array([1 - float(np.mean(some)) for some in moves])
    numbers = np.array([len({numbers_of(text) for text in given}) > 1 for given in answers])
    rewritten = np.array([max(some) > REWRITTEN for some in moves])
    worst = sorted((number for number in range(len(asked)) if distinct[number] > 1), key=lambda n: agreement[n])
    return {
        "times": max(len(given) for given in answers),
        "segments": len(asked),
        "distinct": documents.estimate(documents.means(distinct)).record(),
        "self_agreement": documents.estimate(documents.means(agreement)).record(),
        "unstable": documents.share(distinct > 1).record(),
        "numbers": documents.share(numbers).record(),
        "rewritten": documents.share(rewritten).record(),
        "worst": [_unlike(asked[n], answers[n], float(agreement[n])) for n in worst[:_WORST]],
    }


def _unlike(one: Probed, given: Sequence[str], agreement: float) -> JsonObject:
    """A segment with the first answer and the one that is farthest from it."""
    other = max(given[1:], key=lambda text: (_exact(text) != _exact(given[0]), move(given[0], text, one.target_lang)))
    return _shown(one) | {"before": given[0], "after": other, "agreement": round(agreement, 6)}


def _variation(name: str, kind: str, varied: Sequence[Probed]) -> JsonObject:
    documents = Documents([one.document for one in varied])
    firsts, answers = [one.repeats[name][0] for one in varied], [one.answers[name][kind] for one in varied]
    bag = kind == "order"
    source = np.array([move(one.source, one.variants[kind], one.source_lang, bag=bag) for one in varied])
    target = np.array([move(a, b, o.target_lang, bag=bag) for a, b, o in zip(firsts, answers, varied, strict=True)])
    excess = np.maximum(target - source, 0.0)
    numbers = np.array([numbers_of(a) != numbers_of(b) for a, b in zip(firsts, answers, strict=True)])
    worst = [n for n in np.argsort(-excess, kind="stable").tolist() if excess[n] > 0][:_WORST]
    record: JsonObject = {
        "kind": kind,
        "segments": len(varied),
        "source": documents.estimate(documents.means(source)).record(),
        "target": documents.estimate(documents.means(target)).record(),
        "excess": documents.estimate(documents.means(excess)).record(),
        "moved": documents.share(excess > 0).record(),
        "numbers": documents.share(numbers).record(),
        "rewritten": documents.share(target > REWRITTEN).record(),
        "worst": [
            _shown(varied[n])
            | {"variant": varied[n].variants[kind], "before": firsts[n], "after": answers[n]}
            | {"excess": round(float(excess[n]), 6)}
            for n in worst
        ],
    }
    beyond = _beyond(name, varied, excess, bag=bag)
    return record | ({"beyond_chance": beyond.record()} if beyond else {})


def _beyond(name: str, varied: Sequence[Probed], excess: Floats, *, bag: bool) -> Estimate | None:
    """The excess less what the engine moves between answers to the same text; None where it was asked once."""
    own = np.array(
        [
            float(
                np.mean(
                    [move(a, b, one.target_lang, bag=bag) for a, b in combinations(one.repeats[name], 2)] or [np.nan]
                )
            )
            for one in varied
        ]
    )
    seen = ~np.isnan(own)
    if not seen.any():
        return None
    documents = Documents([one.document for one in varied])
    return documents.estimate(documents.means(excess - np.where(seen, own, 0.0), seen), seen)


def move(before: str, after: str, language: str, *, bag: bool = False) -> float:
    """How far two texts are apart, 0 to 1; `bag`: whatever their order."""
    one, other = pieces(before, language), pieces(after, language)
    if not one and not other:
        return 0.0
    if bag:
        return 1 - (Counter(one) & Counter(other)).total() / max(len(one), len(other))
    return float(Levenshtein.normalized_distance(one, other))


def pieces(text: str, language: str) -> list[str]:
    """The words of a text, or its characters; without case, punctuation and the grouping of digits."""
    plain = _GROUPS.sub("", unicodedata.normalize("NFC", text)).casefold().replace("’", "'")
    words = _WORDS.findall(plain)
    return words if is_spaced(language) else [letter for word in words for letter in word]


def numbers_of(text: str) -> tuple[str, ...]:
    """The numbers of a text, in no order; 1,000 and 1000 are one."""
    return tuple(sorted(number.replace(",", ".") for number in _DIGITS.findall(_GROUPS.sub("", text))))


def _exact(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _shown(one: Probed) -> JsonObject:
    languages = {"source_lang": one.source_lang, "target_lang": one.target_lang}
    return {"id": one.id, "source": one.source} | languages
