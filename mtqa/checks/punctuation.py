"""End and start punctuation: what a text ends and begins with, by the signs of each language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

# Western sign -> how other scripts write it.
_WRITTEN = {
    ".": "。．｡।॥۔።։។။᠃",
    "?": "？؟՞፧\u037e⁇⸮",
    "!": "！՜",
    ":": "：",
    ";": "；؛",
    ",": "，、،፣၊",
    "…": "⋯‥",
    "-": "–—‐‑−‒―",
    "•": "·▪●",
}
_ALIKE = {sign: western for western, signs in _WRITTEN.items() for sign in signs}
_ENDS, _STARTS = frozenset(".?!:;…"), frozenset("-•*¿¡…")
_STOP, _PLAIN = {"."}, ({"?"}, {"!"})  # all texts end with the same one
_CLOSERS = "\"'”“’‘»«›‹„)]}）］】」』〉》〕｝*_ \t\r\n\u00a0\u202f\u200b\u200e\u200f\u2069\u202c"
_OPENERS = "\"'“”„‘‚’«»‹›([{（［【「『〈《〔｛ \t\r\n\u00a0\u202f\u200b\u200e\u200f\u2068\u2067\u202b"
_NO_STOP = frozenset({"th", "lo", "bo", "dz"})  # sentences end without a sign
# A stop that may belong to the word: of an ordinal number (2. Mai, Ludwig XIV.), of a.m. and e.g.
_SHORT = re.compile(r"(?:\d|\b[IVX]+|\b(?:\w\.[ \u00a0]?)+\w)\.\W*$")
_LAST = 40  # characters that it is looked for in
_INSIDE = {"՞": "?", "՜": "!", "՛": "!"}  # of Armenian, over the vowel of a word
_INVERTED = frozenset({"es", "ast", "gl"})


class EndPunctuation:
    """The end of a candidate is of another kind than the end of its source."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        tails = {facts.plain[-1:] for facts in case.texts}
        if tails == _STOP and ".." not in case.together and not case.source.plain.endswith(".."):
            return  # as mostly
        if tails in _PLAIN or "".join(tails).isalnum():
            return
        source = case.source.once(end_sign)
        for position, candidate in enumerate(case.candidates):
            sign = candidate.once(end_sign)
            if sign == source or not case.sizes[position] or not case.source.plain.strip():
                continue
            unmarked = not {candidate.language, case.source.language}.isdisjoint(_NO_STOP)
            if (unmarked and {sign, source} <= {"", "."}) or (candidate.language == "el" and source + sign == "?;"):
                continue
            if {sign, source} == {"", "."} and (candidate.once(_short) or case.source.once(_short)):
                continue
            yield Fault(
                position, f"ends with {sign or 'no sign'}, the source with {source or 'none'}", f"{source}{sign}"
            )


class StartPunctuation:
    """The beginning of a candidate is of another kind than that of its source; Spanish questions are opened."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        language = case.candidates[0].language if case.candidates else ""
        if language not in _INVERTED and _all_letters([facts.plain[:1] for facts in case.texts]):
            return  # as mostly
        source = case.source.once(_start_sign)
        for position, candidate in enumerate(case.candidates):
            if candidate.language in _INVERTED:
                for close, opening in (("?", "¿"), ("!", "¡")):
                    if candidate.once(end_sign) == close and opening not in candidate.plain:
                        yield Fault(position, f"{close} without {opening}", opening)
            sign = candidate.once(_start_sign)
            if sign != source and not {sign, source} & {"¿", "¡"} and candidate.plain.strip():
                yield Fault(
                    position, f"begins with {sign or 'no sign'}, the source with {source or 'none'}", f"{source}{sign}"
                )


def _all_letters(beginnings: list[str]) -> bool:
    return "" not in beginnings and "".join(beginnings).isalpha()


def _short(facts: Facts) -> bool:
    """Whether the stop at the end may be that of a word."""
    return bool(_SHORT.search(facts.plain.rstrip()[-_LAST:]))


def end_sign(facts: Facts) -> str:
    """The sign at the end, in its western form; empty where there is none. Quotes and brackets aside."""
    text = facts.plain.rstrip(_CLOSERS)
    if not text:
        return ""
    sign = _ALIKE.get(text[-1], text[-1])
    if sign == "." and facts.language == "hy":
        return next((western for mark, western in _INSIDE.items() if mark in facts.chars), sign)
    if sign == "." and text.endswith(("...", "。。。")):
        return "…"
    return sign if sign in _ENDS else ""


def _start_sign(facts: Facts) -> str:
    if facts.plain[:1].isalpha():  # so do most begin
        return ""
    text = facts.plain.lstrip(_OPENERS)
    if not text:
        return ""
    sign = "…" if text.startswith("...") else _ALIKE.get(text[0], text[0])
    # A sign is one only before something: -5 and *bold* are none.
    return sign if sign in _STARTS and not (sign in "-*" and text[1:2].strip()) else ""
