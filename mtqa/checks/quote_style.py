"""Quotation marks of the language, after the delimiters of CLDR. Straight ones pass everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.checks.pieces import Having
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault

# Language -> its marks, with those of common second conventions; languages that are not here are not judged.
_STYLES = {
    **dict.fromkeys(("cs", "sk", "sl", "bg", "lt", "is", "ka", "mk"), "„“‚‘»«›‹"),
    "de": "„“‚‘»«›‹", "de-CH": "«»‹›„“‚‘",
    **dict.fromkeys(("pl", "ro", "hu", "hr", "sr", "bs"), "„”‚’»«›‹“"),
    **dict.fromkeys(("fr", "it", "es", "pt", "ca", "gl", "eu", "nb", "no", "nn", "el", "sq", "hy", "fa"), "«»“”‘’‹›„"),
    **dict.fromkeys(("ru", "uk", "be", "kk", "az", "uz", "ky"), "«»„“”"),
    **dict.fromkeys(("sv", "fi"), "”’»"),
    **dict.fromkeys(("da",), "»«„“”’"),
    **dict.fromkeys(("et", "lv"), "„“”«»"),
    **dict.fromkeys(("en", "nl", "tr", "id", "ms", "vi", "th", "ko", "hi", "bn", "ar", "he", "ga", "cy"), "“”‘’„«»״"),
    "zh": "“”‘’「」『』《》〈〉", "ja": "「」『』“”〝〞《》〈〉",
}  # fmt: skip
_MARKS = frozenset("“”„‟«»‹›「」『』《》〈〉〝〞‘‚")


class QuoteStyle:
    """Quotation marks that are not those of the target language."""

    default = Severity.WARNING
    oracle = True
    concerns = Having("".join(sorted(_MARKS)))

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each foreign mark."""
        if not case.candidates:
            return
        one = case.candidates[0]
        usual = _STYLES.get(one.lang) or _STYLES.get(one.language)
        if usual is None:
            return
        for position, candidate in enumerate(case.candidates):
            for mark in sorted(_MARKS.intersection(candidate.plain).difference(usual)):
                place = _outside(candidate.plain, mark)
                if place < 0:
                    continue
                yield Fault(position, f"{mark} is no quotation mark of {candidate.lang}", mark, (place, place + 1))


def _outside(text: str, mark: str) -> int:
    """Where a mark stands that is not a sign inside a word (oʻzbek, written o‘zbek); -1 if nowhere."""
    return next(
        (
            place
            for place, character in enumerate(text)
            if character == mark
            and not (mark in "‘‚" and text[max(place - 1, 0)].isalpha() and text[place + 1 : place + 2].isalpha())
        ),
        -1,
    )
