"""A glossary: terms of the source language with the translations to use, as a chat model is told them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from mtqa.languages import primary
from mtqa.ports import JsonObject, Term

_ENDING = 3  # letters that a word may have beyond its term: plural, case


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms in the order of the file."""

    terms: tuple[Term, ...] = ()

    @property
    def signature(self) -> list[object]:
        """All of it, as JSON."""
        return [astuple(term) for term in self.terms]

    def occurring(self, texts: Iterable[str], source_lang: str = "", target_lang: str = "") -> list[JsonObject]:
        """The terms for these languages that occur in the texts, case aside, also with a short ending (engines).

        `target` is a text, or a list where there is a choice; `avoid` lists what must not be used.
        """
        text = "\n".join(texts).casefold()
        return [
            _told(term)
            for term in self.terms
            if (source := term.source.casefold()) in text
            and _fits(term.source_lang, source_lang) and _fits(term.target_lang, target_lang)
            and _pattern(source).search(text)
        ]  # fmt: skip


def _told(term: Term) -> JsonObject:
    target = term.targets[0] if len(term.targets) == 1 else list(term.targets)
    told = {"source": term.source, "target": target, "avoid": list(term.forbidden), "remark": term.remark}
    return {name: value for name, value in told.items() if value}


def _fits(lang: str, wanted: str) -> bool:
    return not (lang and wanted) or primary(lang) == primary(wanted)


def _pattern(term: str) -> re.Pattern[str]:
    """The term as a word of its own. Scripts beyond U+2E80 write words without spaces."""
    begins = r"(?<!\w)" if term[0].isalnum() and term[0] < "\u2e80" else ""
    ends = rf"\w{{0,{_ENDING}}}(?!\w)" if term[-1].isalnum() and term[-1] < "\u2e80" else ""
    return re.compile(begins + re.escape(term) + ends)
