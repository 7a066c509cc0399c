"""Text of a segment: characters and inline codes, in order.

A code keeps the exact markup that it was read from; it is cloned on the way back, never rebuilt. Engines see
tokens instead, in one of three notations (`Markup`):

    xml     <g id="1">..</g>, <x id="2"/>   text escaped      for engines with an XML tag mode
    html    the same, read leniently         text escaped      for engines with an HTML mode
    tokens  <g1>..</g1>, <x2/>               text as it is     for language models, tables and reports

Only pairs that nest are written as pairs; the halves of crossing or broken pairs are written as single codes.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Markup(StrEnum):
    """How codes are written for an engine or a reader."""

    XML = "xml"
    HTML = "html"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Code:
    """One inline code.

    `id` is shared by the two halves of a pair; `raw` is the exact source markup; `equiv` is what the code stands
    for in plain text (a line break, a variable), empty for pure formatting.
    """

    id: str
    kind: Literal["open", "close", "empty"]
    raw: str
    equiv: str = ""


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """An immutable run of characters and codes. Neighbouring strings are joined, empty ones dropped."""

    parts: tuple[str | Code, ...]

    def __init__(self, *parts: str | Code) -> None:
        plain = len(parts) == 1 and isinstance(parts[0], str) and parts[0] != ""  # so are most
        object.__setattr__(self, "parts", parts if plain else tuple(_joined(parts)))

    @property
    def plain(self) -> str:
        """The characters, with each code replaced by what it stands for. Metrics and checks read this."""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):  # so are most
            return self.parts[0]
        return "".join(part if isinstance(part, str) else part.equiv for part in self.parts)

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Code))

    @property
    def blank(self) -> bool:
        """Whether there is nothing to translate: no character but white space outside the codes."""
        return not any(isinstance(part, str) and part.strip() for part in self.parts)

    def __add__(self, other: Text) -> Text:
        if not (self.parts and other.parts):  # nothing before or after: so are most
            return self if self.parts else other
        return Text(*self.parts, *other.parts)

    def marked(self, mode: Markup) -> str:
        """The text with tokens for its codes."""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):  # as a Marking would, which takes ten times as long
            return self.parts[0] if mode is Markup.TOKENS else html.escape(self.parts[0], quote=False)
        return Marking(self, mode).render(self)

    @staticmethod
    def parse(marked: str, mode: Markup, source: Text) -> Text:
        """The text that `marked` stands for, with the codes of `source` in place of its tokens.

        Never fails: a token that `source` does not have stays as characters, a lost token is simply not there.
        Checks find both. `Text.parse(t.marked(mode), mode, t) == t` for every text.
        """
        if "<" not in marked and "&" not in marked:  # no token and no escape: a Marking would find nothing either
            return Text(marked)
        return Marking(source, mode).parse(marked)

    def peel(self) -> tuple[Text, Text, Text]:
        """(head, core, tail): edge white space, edge codes and pairs around everything are kept from engines.

        `head + core + tail == self`. Codes that stand for text stay in the core: they are part of the sentence.
        """
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str) and parts[0] == parts[0].strip():  # so are most
            return _NOTHING, self, _NOTHING
        pairs = dict(_pairs(parts))
        left, right = 0, len(parts)
        while left < right:
            first, last = parts[left], parts[right - 1]
            if _peelable(first):
                left += 1
            elif _peelable(last):
                right -= 1
            elif pairs.get(left) == right - 1:
                left, right = left + 1, right - 1
            else:
                break
        core = Text(*parts[left:right])
        head, core, tail = _strip(core)
        return Text(*parts[:left], head), core, Text(tail, *parts[right:])


def _joined(parts: Iterable[str | Code]) -> Iterator[str | Code]:
    pending = ""
    for part in parts:
        if isinstance(part, str):
            pending += part
            continue
        if pending:
            yield pending
            pending = ""
        yield part
    if pending:
        yield pending


_NOTHING = Text()


def _peelable(part: str | Code) -> bool:
    return not part.strip() if isinstance(part, str) else part.kind == "empty" and not part.equiv.strip()


def _strip(core: Text) -> tuple[str, Text, str]:
    parts = list(core.parts)
    head = tail = ""
    if parts and isinstance(parts[0], str):
        bare = parts[0].lstrip()
        head, parts[0] = parts[0][: len(parts[0]) - len(bare)], bare
    if parts and isinstance(parts[-1], str):
        bare = parts[-1].rstrip()
        tail, parts[-1] = parts[-1][len(bare) :], bare
    return head, Text(*parts), tail


def _pairs(parts: tuple[str | Code, ...]) -> Iterator[tuple[int, int]]:
    """Positions (open, close) of the pairs that nest properly."""
    opened: list[tuple[int, str]] = []
    for position, part in enumerate(parts):
        if isinstance(part, str) or part.kind == "empty":
            continue
        if part.kind == "open":
            opened.append((position, part.id))
        elif opened and opened[-1][1] == part.id:
            yield opened.pop()[0], position
        else:  # crossing: the partner, if there is one, cannot be written as a pair any more
            opened = [entry for entry in opened if entry[1] != part.id]


def well_nested(text: Text) -> bool:
    """Whether every open code has its close code, and no two pairs cross."""
    return 2 * sum(1 for _ in _pairs(text.parts)) == sum(code.kind != "empty" for code in text.codes)


# Letters for (pair, single) tokens; the first pair that the source text itself does not use is taken.
_LETTERS = (("g", "x"), ("b", "p"), ("k", "z"), ("w", "v"), ("gg", "xx"), ("mq", "qm"))


class Marking:
    """The tokens of one source text in one notation, to write texts with and to read them back."""

    def __init__(self, source: Text, mode: Markup) -> None:
        self.mode = mode
        self.letters = _free_letters(source) if mode is Markup.TOKENS else _LETTERS[0]
        self.codes: dict[str, Code] = {}
        self._tokens: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._last = 0
        if len(source.parts) == 1 and isinstance(source.parts[0], str):  # so are most
            return
        partners = dict(_pairs(source.parts))
        closing: dict[int, int] = {}
        for position, part in enumerate(source.parts):
            if isinstance(part, str):
                continue
            if position in closing:
                self._assign(part, f"/{closing[position]}")
                continue
            self._last += 1
            if position in partners:
                closing[partners[position]] = self._last
                self._assign(part, f"{self._last}/")
            else:
                self._assign(part, f"{self._last}")

    def _assign(self, code: Code, key: str) -> str:
        """Key: `3` a single code, `3/` the open and `/3` the close half of a pair."""
        self.codes[key] = code
        self._tokens[code.kind, code.id].append(key)
        return key

    def render(self, text: Text) -> str:
        """`text` with tokens. Codes that the source does not have get the next free numbers."""
        if self.mode is Markup.TOKENS and len(text.parts) == 1 and isinstance(text.parts[0], str):  # so are most
            return text.parts[0]
        seen: dict[tuple[str, str], int] = defaultdict(int)
        out = []
        for part in text.parts:
            if isinstance(part, str):
                out.append(part if self.mode is Markup.TOKENS else html.escape(part, quote=False))
                continue
            kind = (part.kind, part.id)
            if kind not in self._tokens:
                self._last += 1
                self._assign(part, f"{self._last}")
            keys = self._tokens[kind]
            out.append(self._token(keys[min(seen[kind], len(keys) - 1)]))
            seen[kind] += 1
        return "".join(out)

    def tokens(self) -> dict[str, str]:
        """Token -> raw markup, for readers of reports."""
        return {self._token(key): code.raw for key, code in self.codes.items()}

    def _token(self, key: str) -> str:
        pair, single = self.letters
        number = key.strip("/")
        if self.mode is Markup.TOKENS:
            if key.startswith("/"):
                return f"</{pair}{number}>"
            return f"<{pair}{number}>" if key.endswith("/") else f"<{single}{number}/>"
        if key.startswith("/"):
            return f"</{pair}>"
        return f'<{pair} id="{number}">' if key.endswith("/") else f'<{single} id="{number}"/>'

    def parse(self, marked: str) -> Text:
        """The text with codes for tokens; see `Text.parse`."""
        parts: list[str | Code] = []
        opened: list[str] = []
        end = 0
        for match in _token_pattern(self.mode, self.letters).finditer(marked):
            key = self._key(match, opened)
            if key not in self.codes:
                continue
            parts += [self._characters(marked[end : match.start()]), self.codes[key]]
            end = match.end()
        parts.append(self._characters(marked[end:]))
        return Text(*parts)

    def _characters(self, marked: str) -> str:
        return marked if self.mode is Markup.TOKENS else html.unescape(marked)

    def _key(self, match: re.Match[str], opened: list[str]) -> str:
        if match["single"]:
            return match["single"]
        if match["open"]:
            opened.append(match["open"])
            return f"{match['open']}/"
        if self.mode is Markup.TOKENS:
            return f"/{match['close']}"
        return f"/{opened.pop()}" if opened else "/"


def _token_pattern(mode: Markup, letters: tuple[str, str]) -> re.Pattern[str]:
    pair, single = letters
    if mode is Markup.TOKENS:
        pattern = rf"<{single}(?P<single>\d+)\s*/>|<{pair}(?P<open>\d+)\s*>|</{pair}(?P<close>\d+)\s*>"
    else:
        number = r"\s+id\s*=\s*[\"']?"
        pattern = (
            rf"<{single}{number}(?P<single>\d+)[\"']?\s*/?>(?:</{single}\s*>)?"
            rf"|<{pair}{number}(?P<open>\d+)[\"']?\s*>|(?P<close></{pair}\s*>)"
        )
    return re.compile(pattern, re.IGNORECASE)


def _free_letters(source: Text) -> tuple[str, str]:
    characters = "".join([part for part in source.parts if isinstance(part, str)])
    if "<" not in characters:  # nothing in it looks like a token
        return _LETTERS[0]
    free = (pair for pair in _LETTERS if not _token_pattern(Markup.TOKENS, pair).search(characters))
    return next(free, ("mtqag", "mtqax"))
