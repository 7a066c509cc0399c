"""The words of a text, and what in it is no language: addresses, placeholders, escapes, handles, tokens of codes."""

from __future__ import annotations

import re

from mtqa.checks.lexicon import Lexicon, Piece, lexicon
from mtqa.checks.pieces import Known
from mtqa.checks.placeholders import BRANCHING, SIMPLE, without_frames
from mtqa.checks.pool import Pool
from mtqa.facts import Case, Facts

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
# A bracket belongs to an address where its fellow does.
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp|mailto|file)://?|www\.)(?:[^\s<>\"”“«»()]|\([^\s<>\"”“«»()]*\))+", re.IGNORECASE
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TOKEN = re.compile(r"</?[a-z][a-z0-9]*(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
_HANDLE = re.compile(r"(?<!\w)[@#]\w+")
_FIELD = re.compile(r"\{\s*[\w.$-]+\s*(?:,\s*(?:number|date|time|duration|ordinal|spellout)\s*(?:,[^{}]*)?)?\}")
# With signs of which one is in all that the pattern finds, in small letters.
_PATTERNS = (
    (_ADDRESS, (":/", "www.")), (_EMAIL, ("@",)), (TOKEN, ("<",)), (ENTITY, ("&",)), (SIMPLE, ("{", "%", "$")),
    (_FIELD, ("{",)), (_HANDLE, ("@", "#")),
)  # fmt: skip
STEM = 5
# Flags of pieces: something in it may be no language; it has a run of one character; a character from U+3040 on.
MASKED, RUN, HIGH = 1, 2, 4
RUN_OF_ONE = re.compile(r"([^\s\d.\-_=*~#·…])\1{9,}")
SHORTEST = 4  # letters of a word that means something
WIDE_FROM = "\u0dff"  # the scripts without spaces begin here
# How each of them begins. First comes the class of its first character: so the engine finds where to look at once.
_BEGINS = re.compile(
    r"[{@#<&%$:wW](?:(?<=\{)|(?<=[@#])\w|(?<=@)-|(?<=<)[/a-zA-Z]|(?<=&)[#\w]+;|(?<=%)(?:[\w(#{@*+-]|\.[\d*])"
    r"|(?<=\$)[{tA-Z]|(?<=:)/|(?<=[wW])[wW]{2}\.)"
)


def maskable(text: str) -> bool:
    """Whether there may be something in a text, or in a piece of one, that is no language."""
    return _BEGINS.search(text) is not None


def masked(facts: Facts) -> str:
    """The text with everything that is no language blanked; as long as the text."""
    text = facts.plain
    if not maskable(text):
        return text
    small = text.lower()
    if any(map(text.__contains__, BRANCHING)):
        text = without_frames(text)
    for pattern, signs in _PATTERNS:
        if any(map(small.__contains__, signs)):
            text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def words_in(piece: str) -> list[str]:
    """The words of a piece of text that has nothing to mask."""
    return _pattern_for(piece).findall(piece)


def first_word(text: str) -> str:
    """The first of them; empty where there is none."""
    found = _pattern_for(text).search(text)
    return found.group() if found else ""


def _pattern_for(text: str) -> re.Pattern[str]:
    return _WORD if not text.isascii() and _UNUSUAL.search(text) else _PLAIN_WORD


def meaning(word: str) -> bool:
    """Whether a word, case folded, is long enough to mean something."""
    return len(word) >= SHORTEST or word > WIDE_FROM


def looked_at(piece: str) -> Piece:
    """What is in a piece of text."""
    found = tuple([word.casefold() for word in words_in(piece)])
    high = max(piece, default="") >= "\u3040"
    flags = MASKED * maskable(piece) | RUN * bool(RUN_OF_ONE.search(piece)) | HIGH * high
    return found, tuple([word[:STEM] for word in found]), tuple(map(meaning, found)), flags


def words(facts: Facts) -> tuple[str, ...]:
    """The words of a text, in order, as written; in scripts without spaces its characters."""
    return tuple(words_in(facts.once(masked)))


def spans(facts: Facts) -> list[tuple[int, int]]:
    """Where they stand."""
    found: list[tuple[int, int]] = []
    begin = 0
    for piece in facts.once(masked).split(" "):
        found += [(begin + start, begin + end) for start, end in _spans[piece]]
        begin += len(piece) + 1
    return found


_spans = Known(lambda piece: [found.span() for found in _pattern_for(piece).finditer(piece)])


def folded(facts: Facts) -> tuple[str, ...]:
    """The words of a text in order, case folded: as many as `words` finds."""
    return _lexicon().words(facts.once(masked))


def stems(facts: Facts) -> frozenset[str]:
    """The different words of a text by their first five letters, so that endings do not matter."""
    return frozenset(_lexicon().stems(facts.once(masked)))


def vocabulary(facts: Facts) -> frozenset[str]:
    """The different words of a text, case folded."""
    return frozenset(facts.once(folded))


def written(case: Case) -> Pool:
    """The texts of a segment beside each other, as they are."""
    return _lexicon().pool(case.source.plain, tuple([one.plain for one in case.candidates]))


def said(case: Case) -> Pool:
    """The same, but what is no language is left out: what they say."""
    found = case.once(written)
    flags = found.flags()
    if not any(map(MASKED.__and__, flags)):
        return found
    texts = zip((*case.candidates, case.source), flags, strict=True)
    *plain, source = [one.once(masked) if flag & MASKED else one.plain for one, flag in texts]
    return _lexicon().pool(source, tuple(plain))


_lexicons = [lexicon(looked_at)]  # the one in use


def _lexicon() -> Lexicon:
    if _lexicons[0].full():
        _lexicons[0] = lexicon(looked_at)
    return _lexicons[0]
