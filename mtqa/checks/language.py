"""Language: the candidate is in the target language. The detector is py3langid (97 or 139 languages, offline).

A detector is unsure of short texts, and of languages that are near each other. So a text needs 20 letters of its own,
and the target language and its relatives together must be next to impossible; one of the relatives is told where a
longer text is far from what is usual in the target language.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from mtqa.checks.placeholders import BRANCHING, without_frames
from mtqa.checks.script import scripts, scripts_of
from mtqa.checks.words import masked, vocabulary, words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_LETTERS = 20
_HARD_SPACES = str.maketrans("\u00a0\u202f", "  ")  # which the detector takes for letters
_IMPOSSIBLE, _SURE = 0.02, 0.5
# Languages that are taken for each other.
_NEAR = tuple(
    frozenset(group.split())
    for group in (
        "cs sk",
        "bs hr sh sl sr",
        "da nb nn no sv",
        "ace id jv ms su",
        "an ast ca es ext gl oc pt",
        "ca fr oc wa",
        "co it lij scn vec",
        "als de lb nds",
        "af fy li nl",
        "be bg mk ru rue sr uk",
        "ja wuu yue zh",
        "bho gom hi mai mr ne sa",
        "ajp ar ary arz",
        "ckb fa kk prs sdh tg",
        "az crh tk tr",
        "ba kk ky tt ug uz uzs",
        "en gcr pcm",
        "nso st tn xh zu",
        "bcl ceb fil ilo tl",
        "ps sd ur",
        "et fi",
        "lt ltg lv",
    )
)


# Names of one language, or of those that nobody could tell apart.
_SAME = tuple(
    frozenset(group.split())
    for group in ("nb nn no", "bs hr sh sr", "wuu yue zh", "ajp ar ary arz", "fa prs", "fil tl", "uz uzs", "als de")
)
# Of a near language too, this is sure: docs/checks.md.
_NO_CHANCE, _ENOUGH_LETTERS = 1e-12, 40


class Language:
    """The candidate is in another language."""

    default = Severity.ERROR
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.candidates or not _known(case.candidates[0].language):
            return
        for position, candidate in enumerate(case.candidates):
            if _countable(case.source, candidate):
                language = candidate.once(foreign)
                if language:
                    doubtful = language != case.source.language and len(candidate.once(_prose)) < 3 * _LETTERS
                    yield Fault(position, f"is {language}, not {candidate.language}", language, None, doubtful)


def _countable(source: Facts, candidate: Facts) -> bool:
    """Whether there is enough text that is not merely names kept from the source."""
    own = [
        word
        for word in candidate.once(words)
        if not word[0].isupper() or word.casefold() not in source.once(vocabulary)
    ]
    # Branches of a message are words rather than sentences, and say the same again and again.
    return sum(map(len, own)) >= _LETTERS and (
        not candidate.once(_branched) or len(candidate.once(_prose)) >= 3 * _LETTERS
    )


def _branched(facts: Facts) -> bool:
    """Whether a text is a message with branches."""
    return any(map(facts.plain.__contains__, BRANCHING)) and without_frames(facts.plain) != facts.plain


def _prose(facts: Facts) -> str:
    """The text without what is no language."""
    text = facts.once(masked)
    return " ".join(text.replace("#", " ").split()) if facts.once(_branched) else text


def foreign(facts: Facts) -> str:
    """The language that a text is surely in, where that is not its own; empty otherwise."""
    ranked = facts.once(_ranked)
    best, share = next(iter(ranked.items()), ("", 0.0))
    near = _relatives(facts.language)
    if best in near:
        letters = sum(map(str.isalpha, facts.once(_prose)))
        impossible = letters >= _ENOUGH_LETTERS and chance(facts) < _NO_CHANCE
    else:
        impossible = sum(ranked.get(name, 0.0) for name in near) < _IMPOSSIBLE
    if not impossible or share <= _SURE or best == "zxx":
        return ""
    written = scripts_of(best)
    return best if not written or not facts.once(scripts).keys().isdisjoint(written) else ""


def chance(facts: Facts) -> float:
    """How likely a text is in its own language, 0..1; 1 where the detector takes it for no other one."""
    ranked, names = facts.once(_ranked), _names(facts.language)
    return 1.0 if next(iter(ranked), "") in names else max(ranked.get(name, 0.0) for name in names)


def _ranked(facts: Facts) -> dict[str, float]:
    """Language -> share, the most likely one first."""
    ranked: dict[str, float] = {}
    for name, value in _detector().rank(facts.once(_prose).translate(_HARD_SPACES)):
        ranked.setdefault(str(name), float(value))
    return ranked


@lru_cache(maxsize=64)
def _relatives(language: str) -> frozenset[str]:
    return frozenset({language}).union(*[group for group in _NEAR if language in group])


@lru_cache(maxsize=64)
def _names(language: str) -> frozenset[str]:
    return frozenset({language}).union(*[group for group in _SAME if language in group])


@lru_cache(maxsize=64)
def _known(language: str) -> bool:
    return not _relatives(language).isdisjoint(_detector().nb_classes)


@lru_cache(maxsize=1)
def _detector() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    if hasattr(LanguageIdentifier, "from_model_file"):
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)  # before 0.4, which numpy 1 needs
