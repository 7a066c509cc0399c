"""Variants: the same source said otherwise, so that its meaning stays. Pure.

    case          the first letter large; in English small where the first word is no name; capitals in small letters
    punctuation   the full stop at the end taken off, or put where there is none
    quotes        straight for curly ones, and the other way round
    whitespace    two spaces for one between words
    contractions  written out ("don't": "do not"), or contracted (English)
    numbers       1,000 for 1000, and the other way round (four digits and more; not years, codes and decimals)
    order         the first of two sentences last, where neither refers to the other
    synonyms      words of the user's list
    paraphrases   by an engine; they are made elsewhere

A kind that a text gives no occasion for yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_CONTRACTIONS = {
    "can't": "cannot", "won't": "will not", "don't": "do not", "doesn't": "does not", "didn't": "did not",
    "isn't": "is not", "aren't": "are not", "wasn't": "was not", "weren't": "were not", "haven't": "have not",
    "hasn't": "has not", "hadn't": "had not", "couldn't": "could not", "wouldn't": "would not",
    "shouldn't": "should not", "i'm": "I am", "you're": "you are", "we're": "we are", "they're": "they are",
    "you'll": "you will", "we'll": "we will", "they'll": "they will", "i'll": "I will", "i've": "I have",
    "you've": "you have", "we've": "we have", "they've": "they have",
}  # fmt: skip
_WRITTEN_OUT = {long.casefold(): short for short, long in _CONTRACTIONS.items()}
_CONTRACTED = re.compile(r"\b\w+['’]\w+\b")
_LONG = re.compile(r"\b(?:" + "|".join(map(re.escape, _WRITTEN_OUT)) + r")\b", re.IGNORECASE)
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,]|\.\d)")
_PLAIN = re.compile(r"(?<![\w.,/:-])\d{5,9}(?![\w,/:-]|\.\d)")
_SENTENCES = re.compile(r"([A-Z][^.!?]*[.!?]) ([A-Z][^.!?]*[.!?])")
# A sentence with one of these near its beginning may speak of the one before, or go on from it.
_REFERS = re.compile(
    r"\b(?:he|she|it|its|they|them|their|this|that|these|those|then|but|and|so|or|however|also|thus|otherwise|next|"
    r"first|second|finally|after|before|therefore|instead|because|such|here|there|his|her|him)\b",
    re.IGNORECASE,
)
_NO_NAMES = {
    "the", "this", "that", "these", "those", "an", "you", "your", "we", "our", "they", "their", "he", "his", "she",
    "her", "it", "its", "there", "here", "when", "where", "what", "which", "who", "how", "why", "if", "in", "on",
    "at", "by", "for", "from", "with", "without", "to", "of", "and", "or", "but", "not", "no", "all", "some",
    "each", "every", "please", "click", "select", "open", "enter", "choose", "press", "use", "after", "before",
    "while", "is", "are", "was", "were", "do", "does", "did", "can", "could", "should", "would",
}  # fmt: skip


def variants(text: str, language: str, synonyms: Mapping[str, str]) -> dict[str, str]:
    """Kind -> the text said otherwise. `language`: primary tag of the source; `synonyms`: word -> word."""
    found: dict[str, str | None] = {kind: make(text) for kind, make in _ANYWHERE.items()}
    if language == "en":
        found |= {kind: make(text) for kind, make in _ENGLISH.items()}
    found["synonyms"] = _synonyms(text, synonyms)
    return {kind: other for kind, other in found.items() if other is not None and other != text}


def _case(text: str) -> str | None:
    words = text.split()
    if len(words) < 2 or not words[0][:1].isalpha():
        return None
    if text.isupper():
        return text.capitalize()
    first = words[0]
    if first[0].isupper() and first.casefold() not in _NO_NAMES:
        return None  # "Scottish", "PDF", "I"
    if any(letter.isupper() for letter in first[1:]):
        return None  # "iPhone"
    start = text.index(first)
    return text[:start] + text[start].swapcase() + text[start + 1 :]


def _punctuation(text: str) -> str | None:
    bare = text.rstrip()
    if bare.endswith(".") and not bare.endswith("..") and bare.count(".") == 1:
        return bare[:-1]
    if len(bare.split()) >= 3 and bare[-1].isalnum():
        return bare + "."
    return None


def _quotes(text: str) -> str | None:
    if text.count('"') and text.count('"') % 2 == 0 and not re.search(r'\d"', text):
        pieces = text.split('"')
        return pieces[0] + "".join(("“" if place % 2 else "”") + piece for place, piece in enumerate(pieces[1:], 1))
    changed = text.replace("“", '"').replace("”", '"').replace("’", "'").replace("‘", "'")
    if changed != text:
        return changed
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def _whitespace(text: str) -> str | None:
    return re.sub(r"(?<=\S) (?=\S)", "  ", text)


def _contractions(text: str) -> str | None:
    def long(match: re.Match[str]) -> str:
        short = match[0].replace("’", "'").casefold()
        return _cased(match[0], _CONTRACTIONS.get(short, match[0]))

    written = _CONTRACTED.sub(long, text)
    if written != text:
        return written
    return _LONG.sub(lambda match: _cased(match[0], _WRITTEN_OUT[match[0].casefold()]), text)


def _numbers(text: str) -> str | None:
    bare = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    return bare if bare != text else _PLAIN.sub(lambda match: f"{int(match[0]):,}", text)


def _order(text: str) -> str | None:
    """Only two sentences, neither with a word that may point to the other."""
    two = _SENTENCES.fullmatch(text.strip())
    if not two or any(_REFERS.search(sentence) for sentence in two.groups()):
        return None
    return f"{two[2]} {two[1]}"


def _synonyms(text: str, synonyms: Mapping[str, str]) -> str | None:
    if not synonyms:
        return None
    known = {word.casefold(): other for word, other in synonyms.items()}
    either = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda match: _cased(match[0], known[match[0].casefold()]), text)


def _cased(old: str, new: str) -> str:
    """`new` with a capital where `old` has one."""
    return new[:1].upper() + new[1:] if old[:1].isupper() else new


_Make = Callable[[str], str | None]
_ANYWHERE: dict[str, _Make] = {
    "case": _case, "punctuation": _punctuation, "quotes": _quotes, "whitespace": _whitespace,
}  # fmt: skip
# Digits are grouped otherwise in other languages, and sentences refer to each other by other words.
_ENGLISH: dict[str, _Make] = {"contractions": _contractions, "numbers": _numbers, "order": _order}
KINDS = (*_ANYWHERE, *_ENGLISH, "synonyms", "paraphrases")
