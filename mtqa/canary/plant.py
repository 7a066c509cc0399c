"""The kinds of errors, each planted in a copy of a candidate set.

A planter gets the set, the position of the good candidate and its neighbours, and returns the set with that candidate
spoilt; None where the text offers no place for it. Where the kind is about codes or placeholders and the text has none,
the source and all candidates get one first, so that only the spoilt candidate is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from mtqa.canary.words import CHATTER, FOREIGN, OWN_REFUSALS, REFUSALS
from mtqa.checks.negations import pattern_of, prefix_of
from mtqa.inline import Code, Text
from mtqa.languages import primary
from mtqa.model import CandidateSet

_WORD = re.compile(r"[^\W\d_]{2,}")
_CLAUSE_END = re.compile(r"(?<=[,;:.!?…])\s+|(?<=[，；：。！？、])")
_LEAST = 4  # words of a clause, and of what is left without it
_LEAST_WIDE = 8  # characters, where words are not separated
_NUMBER = re.compile(r"\d+")
_PLACEHOLDER = re.compile(r"\{\w+\}|%\d?\$?[sd@]")


@dataclass(frozen=True, slots=True)
class Site:
    """A good candidate, by its position in its set, with the sets before and after."""

    here: CandidateSet
    position: int
    before: CandidateSet | None = None
    after: CandidateSet | None = None

    @property
    def text(self) -> Text:
        """The good candidate."""
        return self.here.candidates[self.position].text

    @property
    def lang(self) -> str:
        """The target language alone."""
        return primary(self.here.segment.target_lang)


Planter = Callable[[Site, Random, str], CandidateSet | None]  # site, chance, a clause from elsewhere


@dataclass(frozen=True, slots=True)
class Kind:
    """A planter, and the checks whose findings on good candidates are its false alarms."""

    plant: Planter
    checks: tuple[str, ...]


def _spoilt(site: Site, text: Text | str) -> CandidateSet:
    """The set with another text for the candidate of the site."""
    new = text if isinstance(text, Text) else Text(text)
    candidates = list(site.here.candidates)
    candidates[site.position] = replace(candidates[site.position], text=new)
    return replace(site.here, candidates=tuple(candidates))


def _edited(text: Text, edit: Callable[[str], str | None]) -> Text | None:
    """The text with its longest run of characters changed; None where the edit finds no place."""
    strings = [part for part in text.parts if isinstance(part, str)]
    if not strings:
        return None
    longest = max(strings, key=len)
    changed = edit(longest)
    if changed is None or changed == longest:
        return None
    place = text.parts.index(longest)
    return Text(*text.parts[:place], changed, *text.parts[place + 1 :])


def _planted(site: Site, edit: Callable[[str], str | None]) -> CandidateSet | None:
    text = _edited(site.text, edit)
    return None if text is None else _spoilt(site, text)


def number(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """One digit of a number is another one."""

    def edit(text: str) -> str | None:
        found = list(_NUMBER.finditer(text))
        if not found:
            return None
        match = chance.choice(found)
        place = chance.randrange(match.start(), match.end())
        other = chance.choice([d for d in "123456789" if d != text[place]])
        return text[:place] + other + text[place + 1 :]

    return _planted(site, edit)


def negation(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A negation is gone: the word, or the beginning of a word."""
    own, theirs = pattern_of(site.lang), pattern_of(primary(site.here.segment.source_lang))
    if own is None or theirs is None or not theirs.search(site.here.segment.source.plain):
        return None
    prefix = prefix_of(site.lang)

    def edit(text: str) -> str | None:
        found = list(own.finditer(text))
        if not found:
            return None
        match = chance.choice(found)
        word = match.group()
        begins = prefix and word.lower().startswith(prefix) and len(word) > len(prefix) + 2
        rest = text[match.end() :]
        kept = word[len(prefix) :] if begins else ""
        return text[: match.start()] + kept + (rest if kept else rest.removeprefix(" "))

    return _planted(site, edit)


def clauses(text: str) -> list[str]:
    """A text in pieces that end with punctuation; joined they are the text, but for spaces."""
    return [piece for piece in _CLAUSE_END.split(text) if piece]


def whole_clause(text: str) -> bool:
    """Whether a piece is long enough to carry something."""
    wide = not text.isascii() and any(c > "\u2e7f" for c in text)
    return len(text) >= _LEAST_WIDE if wide else len(_WORD.findall(text)) >= _LEAST


def clause_dropped(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A clause is gone."""

    def edit(text: str) -> str | None:
        pieces = clauses(text)
        places = [i for i, piece in enumerate(pieces) if whole_clause(piece)]
        if len(places) < 2:
            return None
        place = chance.choice(places)
        return _joined(pieces[:place] + pieces[place + 1 :], text)

    return _planted(site, edit)


def clause_added(site: Site, chance: Random, clause: str) -> CandidateSet | None:
    """A clause of another segment is in the text."""
    if not whole_clause(clause) or clause in site.text.plain:
        return None

    def edit(text: str) -> str | None:
        pieces = clauses(text)
        place = chance.randrange(len(pieces) + 1)
        return _joined([*pieces[:place], clause, *pieces[place:]], text)

    return _planted(site, edit)


def _joined(pieces: list[str], like: str) -> str:
    return (" " if " " in like else "").join(pieces)


def term(site: Site, chance: Random, clause: str) -> CandidateSet | None:
    """A long word is one of another segment."""
    others = [word for word in _WORD.findall(clause) if len(word) >= 5 and word.islower()]

    def edit(text: str) -> str | None:
        found = [match for match in _WORD.finditer(text) if len(match.group()) >= 5 and match.group().islower()]
        if not found or not others:
            return None
        match, other = chance.choice(found), chance.choice(others)
        return text[: match.start()] + other + text[match.end() :] if other not in text else None

    return _planted(site, edit)


_OPEN, _CLOSE = Code("mtqa-canary", "open", "<g>"), Code("mtqa-canary", "close", "</g>")
_STEM = 5  # letters by which a word is found in the other candidates


def _spans(text: str, stem: str = "") -> list[tuple[int, int]]:
    """The words of a text, or those that begin with `stem`."""
    return [match.span() for match in re.finditer(r"\w+", text) if match.group().casefold().startswith(stem)]


def _marked(text: Text, span: tuple[int, int]) -> Text:
    """A text of characters alone, with a pair of codes around a part of it."""
    plain, (start, end) = text.plain, span
    return Text(plain[:start], _OPEN, plain[start:end], _CLOSE, plain[end:])


def _coded(site: Site, chance: Random) -> tuple[Site, tuple[int, int]] | None:
    """The site with a pair around a word that all candidates have, and where it is in this one.

    None where there is no such word, or where there are codes already.
    """
    here = site.here
    texts = [here.segment.source, *(candidate.text for candidate in here.candidates)]
    if any(text.codes for text in texts) or not _spans(here.segment.source.plain):
        return None
    stems = [{w[:_STEM].casefold() for w in _WORD.findall(text.plain) if len(w) >= _STEM} for text in texts[1:]]
    common = sorted(set.intersection(*stems)) if stems else []
    if not common:
        return None
    stem = chance.choice(common)
    source = _marked(texts[0], chance.choice(_spans(texts[0].plain)))
    spans = [(_spans(text.plain, stem) or [(0, len(text.plain))])[0] for text in texts[1:]]
    candidates = tuple(
        replace(candidate, text=_marked(candidate.text, span))
        for candidate, span in zip(here.candidates, spans, strict=True)
    )
    coded = replace(here, segment=replace(here.segment, source=source), candidates=candidates)
    return replace(site, here=coded), spans[site.position]


def code_lost(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """An inline code is gone."""
    if site.here.segment.source.codes:
        coded = site if site.text.codes else None
    else:
        coded = (_coded(site, chance) or (None,))[0]
    if coded is None:
        return None
    places = [i for i, part in enumerate(coded.text.parts) if isinstance(part, Code)]
    place = chance.choice(places)
    return _spoilt(coded, Text(*coded.text.parts[:place], *coded.text.parts[place + 1 :]))


def code_moved(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A pair of codes is around another word."""
    marked = _coded(site, chance)
    if marked is None:
        return None
    coded, span = marked
    word = site.text.plain[slice(*span)].casefold()
    others = [other for other in _spans(site.text.plain) if site.text.plain[slice(*other)].casefold() != word]
    return _spoilt(coded, _marked(site.text, chance.choice(others))) if others else None


def placeholder(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A placeholder is translated, gone, or another one."""
    here, name = site.here, _PLACEHOLDER.search(site.text.plain)
    shown = name.group() if name else "{name}"
    if not name:
        source = Text(*here.segment.source.parts, " {name}")
        candidates = tuple(replace(c, text=Text(*c.text.parts, " {name}")) for c in here.candidates)
        here = replace(here, segment=replace(here.segment, source=source), candidates=candidates)
    broken = chance.choice(["", shown[:-1], shown.replace("name", "meno").replace("s", "x"), "{}"])
    return _planted(replace(site, here=here), lambda text: text.replace(shown, broken, 1))


def language(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """The text is in another language."""
    others = [text for lang, text in sorted(FOREIGN.items()) if lang != site.lang]
    return _spoilt(site, chance.choice(others)) if len(site.text.plain) > 20 else None


def loop(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """The last words are repeated again and again."""

    def edit(text: str) -> str | None:
        words = text.split()
        if len(words) < 3:
            return None
        period = chance.randint(1, min(5, len(words)))
        return " ".join([*words, *words[-period:] * chance.randint(max(3, 8 // period), 12)])

    return _planted(site, edit)


def shift(site: Site, _chance: Random, _clause: str) -> CandidateSet | None:
    """The text is that of the next segment, or of the one before."""
    engine = site.here.candidates[site.position].engine
    for near in (site.after, site.before):
        text = next((c.text for c in near.candidates if c.engine == engine), None) if near else None
        if near and text and near.segment.source.plain != site.here.segment.source.plain and text != site.text:
            return _spoilt(site, Text(text.plain))
    return None


def refusal(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A model declines."""
    own = OWN_REFUSALS.get(site.lang)
    return _spoilt(site, chance.choice([*REFUSALS, own] if own else REFUSALS))


def chatter(site: Site, chance: Random, _clause: str) -> CandidateSet | None:
    """A model talks before it translates."""
    return _spoilt(site, Text(chance.choice(CHATTER), *site.text.parts))


def empty(site: Site, _chance: Random, _clause: str) -> CandidateSet | None:
    """There is no text."""
    return _spoilt(site, "")


KINDS: Mapping[str, Kind] = {
    "number changed": Kind(number, ("numbers", "mentions", "urls")),
    "negation dropped": Kind(negation, ("negation",)),
    "clause dropped": Kind(clause_dropped, ("omission",)),
    "clause added": Kind(clause_added, ("addition",)),
    "term swapped": Kind(term, ("terminology", "do_not_translate")),
    "code lost": Kind(code_lost, ("inline_codes",)),
    "code moved": Kind(code_moved, ("code_places",)),
    "placeholder broken": Kind(placeholder, ("placeholders",)),
    "wrong language": Kind(language, ("language", "script", "same_as_source")),
    "loop": Kind(loop, ("loop", "repeated_words")),
    "shifted": Kind(shift, ("shift",)),
    "refusal": Kind(refusal, ("refusal",)),
    "chatter": Kind(chatter, ("chatter",)),
    "empty": Kind(empty, ("empty",)),
}
