"""Signs that come in pairs: brackets and quotation marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from mtqa.checks.pieces import Having
from mtqa.checks.words import masked
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_ALIKE = {"（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "〔": "[", "〕": "]", "﴾": "(", "﴿": ")"}
_PLAIN = str.maketrans(_ALIKE)
_BRACKETS = frozenset("()[]") | frozenset(_ALIKE)
_BRACKET = re.compile(f"[{re.escape(''.join(sorted(_BRACKETS)))}]")
# It begins with the class of its first character: so the engine finds where to look at once.
_SMILEY = re.compile(r"[:;=8xX()](?:(?<=[:;=8xX])(?<![\w(\[].)[-^']?[()\[\]]+|(?<=\s[()])[()]*(?=\s|$))", re.DOTALL)
_LIST_ITEM = re.compile(r"(?:^|(?<=\s))\w{1,3}\)")
_QUOTES = frozenset('"“”„‟«»「」『』《》〝〞＂')
_QUOTE = re.compile('["“”„‟«»「」『』《》〝〞＂]')
_SINGLE = frozenset("'‘’‚‹›")
_IN_QUOTES = _SINGLE | frozenset("*_`")  # other ways of setting words apart
_INCH = re.compile(r"(?<=\d)\"")


class Brackets:
    """Brackets that are lost, added or not closed."""

    default = Severity.WARNING
    oracle = True
    concerns = Having(_BRACKET.pattern[1:-1])

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate and kind of bracket."""
        if len({"".join(_BRACKET.findall(facts.plain)) for facts in case.texts}) == 1:
            return  # as mostly
        source = case.source.once(_brackets)
        for position, candidate in enumerate(case.candidates):
            found = candidate.once(_brackets)
            if found == source:
                continue
            for opening, closing in ("()", "[]"):
                kind = f"{opening} {closing}"
                balanced = source[opening] == source[closing]
                if balanced and found[opening] != found[closing]:
                    yield Fault(position, f"brackets {kind} not in pairs", kind)
                elif found[opening] < source[opening]:
                    yield Fault(position, f"brackets {kind} missing", kind)
                elif found[opening] > source[opening]:
                    yield Fault(position, f"brackets {kind} added", kind)


class Quotes:
    """Quotation marks that are lost, added or not closed."""

    default = Severity.WARNING
    oracle = True
    concerns = Having(_QUOTE.pattern[1:-1])

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if len({len(_QUOTE.findall(facts.plain)) for facts in case.texts}) == 1:
            return  # as mostly
        source = case.source.once(_quotes)
        for position, candidate in enumerate(case.candidates):
            found = candidate.once(_quotes)
            if source and not found and _SINGLE.isdisjoint(candidate.plain):
                yield Fault(position, "quotation marks missing", '"')
            elif found and not source and _IN_QUOTES.isdisjoint(case.source.plain):
                yield Fault(position, "quotation marks added", '"')
            elif found % 2 and not source % 2:
                yield Fault(position, "quotation marks not in pairs", '"')


def _brackets(facts: Facts) -> Counter[str]:
    if not _BRACKET.search(facts.plain):
        return Counter()
    text, pieces, last = facts.once(masked), list[str](), 0
    for found in _SMILEY.finditer(facts.plain):  # what was masked is blank, and a bracket between blanks looks like one
        pieces += [text[last : found.start()], " " * len(found.group())]
        last = found.end()
    text = "".join([*pieces, text[last:]])
    if not text.isascii():
        text = text.translate(_PLAIN)
    if ")" in text:
        text = _without_items(text)
    return Counter(_BRACKET.findall(text))


def _without_items(text: str) -> str:
    """The text without `a)` of lists; the end of `(and so)` is none."""
    pieces, last, depth = [], 0, 0
    for item in _LIST_ITEM.finditer(text):
        before = text[last : item.start()]
        depth += before.count("(") - before.count(")")
        pieces += [before, item.group() if depth > 0 else " "]
        depth -= depth > 0
        last = item.end()
    return "".join([*pieces, text[last:]])


def _quotes(facts: Facts) -> int:
    """How many there are; those after digits are inches, unless that leaves one without its fellow."""
    if not _QUOTE.search(facts.plain):
        return 0
    text = facts.once(masked)
    every, but_inches = (len(_QUOTE.findall(one)) for one in (text, _INCH.sub(" ", text)))
    return every if but_inches % 2 > every % 2 else but_inches
