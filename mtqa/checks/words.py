"""The words of a text, and what in it is no language: addresses, placeholders, escapes, handles, tokens of codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from mtqa.checks.pieces import Known
from mtqa.checks.placeholders import SIMPLE
from mtqa.facts import Facts

# Letters with the marks that belong to them; scripts that write without spaces count character by character.
MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f"
    "\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71"
    "\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56"
    "\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d82\u0d83\u0dca-\u0ddf\u200c\u200d"
)
WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{WIDE}]|(?:(?![{WIDE}])[^\W\d_]|[{MARKS}])+(?:['’](?:(?![{WIDE}])[^\W\d_]|[{MARKS}])+)*")
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNUSUAL = re.compile(rf"[{MARKS}{WIDE}]")
ADDRESS = re.compile(
    r"(?:https?|ftp|mailto|file)://?[^\s<>\"”“«»]+|www\.[^\s<>\"”“«»]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
TOKEN = re.compile(r"</?[a-z][a-z0-9]*(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
_HANDLE = re.compile(r"(?<!\w)[@#]\w+")
_FIELD = re.compile(r"\{\s*[\w.$-]+\s*\}")
# With the characters of which one is in all that the pattern finds.
_PATTERNS = tuple(
    (pattern, frozenset(signs))
    for pattern, signs in (
        (ADDRESS, "/@.wW"), (TOKEN, "<"), (ENTITY, "&"), (SIMPLE, "{%$"), (_FIELD, "{"), (_HANDLE, "@#"),
    )
)  # fmt: skip
STEM = 5
SHORTEST = 4  # letters of a word that means something
WIDE_FROM = "\u0dff"  # the scripts without spaces begin here
_SIGN = re.compile("[@#<>&%{$/]")
_MASKED = "\n"  # is where words stand that may be no language


def maskable(text: str) -> bool:
    """Whether there may be something in a text, or in a piece of one, that is no language."""
    return _SIGN.search(text) is not None or "www." in text


def masked(facts: Facts) -> str:
    """The text with everything that is no language blanked; as long as the text."""
    text = facts.plain
    if not maskable(text):
        return text
    for pattern, signs in _PATTERNS:
        if not signs.isdisjoint(facts.chars):
            text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def words_in(piece: str) -> list[str]:
    """The words of a piece of text that has nothing to mask."""
    pattern = _WORD if not piece.isascii() and _UNUSUAL.search(piece) else _PLAIN_WORD
    return pattern.findall(piece)


def _folded_in(piece: str) -> list[str]:
    """The same, case folded."""
    return [word.casefold() for word in words_in(piece)]


class _Reader:
    """Reads the words of a text piece by piece, each as `find` gives it back."""

    def __init__(self, find: Callable[[str], list[str]]) -> None:
        self._known = Known(lambda piece: " ".join([*find(piece), *([_MASKED] if maskable(piece) else [])]))

    def __call__(self, facts: Facts) -> tuple[str, ...]:
        found = " ".join(map(self._known.__getitem__, facts.pieces))
        if _MASKED in found:
            found = " ".join(map(self._known.__getitem__, facts.once(masked).split(" ")))
        return tuple(found.split())


_words, _folded = _Reader(words_in), _Reader(_folded_in)


def words(facts: Facts) -> tuple[str, ...]:
    """The words of a text, in order, as written; in scripts without spaces its characters."""
    return _words(facts)


def unusual(facts: Facts) -> tuple[str, ...]:
    """The words that are not all small letters."""
    return tuple([word for word in facts.once(words) if not word.islower()])


def folded(facts: Facts) -> tuple[str, ...]:
    """The words of a text in order, case folded: as many as `words` finds."""
    return _folded(facts)


def content(facts: Facts) -> tuple[str, ...]:
    """The stems of the words that mean something, in order: short ones are passed over."""
    return tuple([word[:STEM] for word in facts.once(folded) if len(word) >= SHORTEST or word > WIDE_FROM])


def stems(facts: Facts) -> frozenset[str]:
    """The different words of a text by their first five letters, so that endings do not matter."""
    return frozenset([word[:STEM] for word in facts.once(folded)])


def vocabulary(facts: Facts) -> frozenset[str]:
    """The different words of a text, case folded."""
    return frozenset(facts.once(folded))


def repeats(facts: Facts) -> int:
    """How many words of a text stood there before."""
    return len(facts.once(folded)) - len(facts.once(vocabulary))
