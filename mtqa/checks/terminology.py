"""Terminology: the terms of a glossary are translated by its terms, and what must not be translated is not.

A word matches a term in another form of it: it begins like it, marks aside, and ends otherwise by a few letters. In
scripts without spaces a term is found wherever its characters stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from mtqa.checks.words import WIDE, masked, words
from mtqa.facts import Case, Facts
from mtqa.languages import primary
from mtqa.model import Severity
from mtqa.ports import Fault, GlossaryReader, Term

_ENDING = 4  # letters by which two forms of a word differ at its end
_WIDE = re.compile(f"[{WIDE}]")
Forms = tuple[str, ...]


class Terminology:
    """A term of the glossary without its translation, or with a forbidden one."""

    default = Severity.ERROR
    oracle = True

    def __init__(self, glossary: Path | None = None, read_glossary: GlossaryReader | None = None) -> None:
        terms = read_glossary(glossary) if glossary and read_glossary else ()
        self._glossary = Glossary(terms)

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is a glossary."""
        return bool(self._glossary)

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each term."""
        for term in self._glossary.of(case):
            for position, candidate in enumerate(case.candidates):
                if not candidate.plain.strip():
                    continue
                banned = next((text for text in term.forbidden if has_term(candidate, text)), None)
                if banned:
                    yield Fault(position, f"{banned} must not translate {term.source}", term.source)
                elif term.targets and not any(has_term(candidate, text) for text in term.targets):
                    wanted = " or ".join(term.targets)
                    yield Fault(position, f"{term.source} is not translated by {wanted}", term.source)


class DoNotTranslate:
    """A text that stays as it is (`terms`) is changed."""

    default = Severity.ERROR
    oracle = False

    def __init__(self, terms: list[str] | None = None) -> None:
        self._terms = [(term, _exactly(term)) for term in terms or ()]

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is a term."""
        return bool(self._terms)

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each term."""
        for term, pattern in self._terms:
            wanted = len(pattern.findall(case.source.plain))
            for position, candidate in enumerate(case.candidates if wanted else ()):
                if candidate.plain.strip() and term not in candidate.plain:
                    yield Fault(position, f"{term} is not kept", term)


class TermConsistency:
    """A term with several right translations has another one elsewhere in the run, by the same engine."""

    default = Severity.WARNING
    oracle = False

    def __init__(self, glossary: Path | None = None, read_glossary: GlossaryReader | None = None) -> None:
        terms = read_glossary(glossary) if glossary and read_glossary else ()
        self._glossary = Glossary([term for term in terms if len(term.targets) > 1])
        self._usual: dict[tuple[str, str], str] = {}

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is a term that was translated."""
        return bool(self._usual)

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each term."""
        for term in self._glossary.of(case):
            for position, candidate in enumerate(case.candidates):
                usual = self._usual.get((case.engines[position], term.source))
                used = [text for text in term.targets if has_term(candidate, text)]
                if usual and used and usual not in used:
                    yield Fault(position, f"{term.source} is {used[0]} here, {usual} elsewhere", term.source)

    def watch(self) -> _Uses:
        """The uses of terms in a run."""
        return _Uses(self, self._glossary)

    def knowing(self, usual: dict[tuple[str, str], str]) -> TermConsistency:
        """The same check, with the translation that each engine uses most."""
        check = TermConsistency()
        check._glossary, check._usual = self._glossary, usual
        return check


class _Uses:
    def __init__(self, check: TermConsistency, glossary: Glossary) -> None:
        self._check, self._glossary = check, glossary
        self._seen: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def see(self, case: Case) -> None:
        for term in self._glossary.of(case):
            for engine, candidate in zip(case.engines, case.candidates, strict=True):
                for text in term.targets:
                    if has_term(candidate, text):
                        self._seen[engine, term.source][text] += 1
                        break

    def check(self) -> TermConsistency:
        return self._check.knowing({key: max(uses, key=uses.__getitem__) for key, uses in self._seen.items()})


class Glossary:
    """Terms by the beginning of their first word, so that a segment looks at few of them."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_start: dict[str, list[Term]] = defaultdict(list)
        self._wide: list[Term] = []
        for term in terms:
            forms = _forms(term.source)
            if _WIDE.search(term.source) or not forms:
                self._wide.append(term)
            else:
                self._by_start[forms[0][:2]].append(term)

    def __bool__(self) -> bool:
        return bool(self._by_start or self._wide)

    def of(self, case: Case) -> list[Term]:
        """The terms that occur in the source, for the languages of the case; the longest where they overlap."""
        near = [t for start in case.source.once(_starts) for t in self._by_start.get(start, ())] + self._wide
        found = [term for term in near if _for(term, case) and has_term(case.source, term.source)]
        sources = [term.source.casefold() for term in found]
        return [
            term
            for term, source in zip(found, sources, strict=True)
            if not any(source in other and source != other for other in sources)
        ]


def _for(term: Term, case: Case) -> bool:
    pairs = (term.source_lang, case.source.lang), (term.target_lang, case.segment.target_lang)
    return all(not lang or primary(lang) == primary(other) for lang, other in pairs)


def has_term(facts: Facts, term: str) -> bool:
    """Whether a text has a term, in any form of its words."""
    forms = _forms(term)
    if not forms or _WIDE.search(term):
        return term.casefold() in facts.plain.casefold()
    text = facts.once(_text_forms)
    if len(forms) == 1 and term.isupper():
        return term in facts.plain
    return any(
        all(_same_word(form, word) for form, word in zip(forms, text[start:], strict=False))
        for start in range(len(text) - len(forms) + 1)
    ) or (len(forms) == 1 and len(forms[0]) > _ENDING and any(forms[0] in word for word in text))


def _same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: the same beginning, and few letters after it."""
    if one == other:
        return True
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    rest = max(len(one), len(other)) - common
    return (common >= max(3, len(one) - 3) and rest <= _ENDING) or (common >= 5 and rest <= common // 2)


def _forms(text: str) -> Forms:
    """The words without marks, case folded."""
    return tuple(_bare(word) for word in re.findall(r"[^\W_]+", text))


def _text_forms(facts: Facts) -> Forms:
    return _forms(facts.once(masked))


def _starts(facts: Facts) -> frozenset[str]:
    return frozenset(word[:2] for word in facts.once(_text_forms)) if facts.once(words) else frozenset()


def _bare(word: str) -> str:
    if word.isascii():
        return word.casefold()
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))


def _exactly(term: str) -> re.Pattern[str]:
    before = r"(?<!\w)" if term[:1].isalnum() and term[0] < "\u2e80" else ""
    after = r"(?!\w)" if term[-1:].isalnum() and term[-1] < "\u2e80" else ""
    return re.compile(before + re.escape(term) + after)
