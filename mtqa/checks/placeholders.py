"""Placeholders: the variables of a message must be in every candidate, unchanged.

Known are printf (`%s`, `%1$s`, `%ld`), Apple (`%@`, `%1$@`, `%#@files@`), Python (`%(name)s`, `{name!r:>8}`), braces
(`{0}`, `{name}`), ICU MessageFormat, i18next (`{{count}}`, `$t(key)`), Angular (`{{ user.name | date }}`),
shell and templates (`${name}`, `#{name}`, `%{name}`, `$NAME$`, `%NAME%`) and Qt (`%1`, `%L1`, `%n`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mtqa.checks.pieces import Having
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_PRINTF = r"%(?:\d+\$)?[-+0#]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|L|z|j|t|q)?[sdiufFeEgGxXoc@]"
SIMPLE = re.compile(
    r"\{\{[^{}\n]{1,80}\}\}|[$#%]\{[\w.:-]+\}|\$t\([^()\n]{1,80}\)|%#@\w+@|"
    r"%\([\w.]+\)[-+0#]*\d*(?:\.\d+)?[a-zA-Z]|%[A-Za-z_][A-Za-z0-9_]+%|\$[A-Z][A-Z0-9_]*\$|"
    rf"(?<![\d%]){_PRINTF}(?![A-Za-z])"
)
_BY_PLACE = re.compile(rf"(?<![\d%]){_PRINTF}(?![A-Za-z])")
_NUMBERED = re.compile(r"%(\d{1,3})\$(.+)")
_QT = re.compile(r"(?<![\d%])%(?:L?[1-9]\d?(?![\d$.,%])|n(?![A-Za-z]))")
_ANONYMOUS = re.compile(r"%[^(\d$#{][^$({]*|%[a-zA-Z@]")
_ARGUMENT = re.compile(r"\s*([\w.$-]+)\s*(?:,\s*(\w+)\s*(?:,(.*))?)?", re.DOTALL)
_PYTHON_FIELD = re.compile(r"\s*([\w.$\[\]-]*)(?:![rsa])?(?::[^{}\n]*)?\s*")
_SIGN = re.compile("[%{$]")
BRANCHING = ("plural", "select", "selectordinal")
_DEEPEST = 16  # arguments inside branches of arguments; what is deeper is no message but a loop of braces


class Placeholders:
    """Placeholders missing, added, or with a broken ICU structure."""

    default = Severity.ERROR
    oracle = False  # a placeholder is right or wrong whatever the others did
    concerns = Having("%{$")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each placeholder that is lost or added."""
        source = case.source.once(_comparable)
        for position, candidate in enumerate(case.candidates):
            text = candidate.once(_comparable)
            if text == source:
                continue
            text = _unnumbered(text, case.source.once(_in_order))
            for name in source - text:
                if not _stands_as_often(name, case.source.plain, candidate.plain):
                    yield Fault(position, f"{name} missing", name)
            for name in text - source:
                # %50 is a percentage in some languages.
                if not _QT.fullmatch(name) and not _stands_as_often(name, candidate.plain, case.source.plain):
                    yield Fault(position, f"{name} added", name, _place(candidate.plain, name))


def _stands_as_often(name: str, here: str, there: str) -> bool:
    """Whether what is printed stands in the other text too, as often, but at the beginning of a word: `%sNo rule`."""
    return _BY_PLACE.fullmatch(name) is not None and here.count(name) <= there.count(name)


def _place(text: str, name: str) -> tuple[int, int] | None:
    start = text.find(name)
    return None if start < 0 else (start, start + len(name))


def _in_order(facts: Facts) -> list[str]:
    """What is printed by its place: `%s` for the first, `%d` for the second."""
    found = [match.group() for match in _BY_PLACE.finditer(facts.plain)]
    return [] if any("$" in one for one in found) else found


def _unnumbered(found: Counter[str], order: Sequence[str]) -> Counter[str]:
    """Placeholders without the numbers by which a target has them in another order: `%2$s` for the second, a `%s`."""
    plain: Counter[str] = Counter()
    for name, count in found.items():
        number = _NUMBERED.fullmatch(name)
        place = int(number[1]) if number else 0
        if number and 1 <= place <= len(order) and order[place - 1] == f"%{number[2]}":
            plain[order[place - 1]] += 1
        else:
            plain[name] += count
    return plain


def _comparable(facts: Facts) -> Counter[str]:
    """Placeholders as often as it matters: `%s` takes the next argument each time, a name may be said again."""
    if not _SIGN.search(facts.plain):
        return Counter()
    found = placeholders(facts.plain)
    return Counter({name: count if _ANONYMOUS.fullmatch(name) else 1 for name, count in found.items()})


def placeholders(text: str, deepest: int = _DEEPEST) -> Counter[str]:
    """Placeholder -> count. What stands in the branches of an ICU argument counts once.

    An ICU argument is `{count, plural}`, with the keys of a select (`{who, select: female male other}`); a plural
    keeps only the need for its `other` branch, because languages differ in their forms.
    """
    found = Counter(_tight(match.group()) for match in SIMPLE.finditer(text))
    rest = SIMPLE.sub(" ", text)
    found.update(_QT.findall(rest))
    for content in braces(rest):
        found.update(_argument(content, deepest))
    return found


def _tight(name: str) -> str:
    """`{{ name }}` is `{{name}}`."""
    return "{{" + name[2:-2].strip() + "}}" if name.startswith("{{") else name


def braces(text: str) -> Iterator[str]:
    """The contents of the outermost balanced braces."""
    return (text[start:end] for start, end in _places(text))


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    depth = start = 0
    for position, character in enumerate(text):
        if character == "{":
            depth += 1
            start = position + 1 if depth == 1 else start
        elif character == "}" and depth:
            depth -= 1
            if not depth:
                yield start, position


def without_frames(text: str, deepest: int = _DEEPEST) -> str:
    """The text with the frames of ICU arguments blanked, names, keys and braces; what stands in branches stays.

    As long as the text.
    """
    found, last = "", 0
    for start, end in _places(text):
        match = _ARGUMENT.fullmatch(text, start, end)
        if match and match[2] in BRANCHING and match[3] is not None and deepest:
            found += text[last : start - 1] + " " * (match.start(3) - start + 1)
            last = match.start(3)
            for begin, finish in _places(match[3]):
                found += " " * (match.start(3) + begin - last) + without_frames(match[3][begin:finish], deepest - 1)
                last = match.start(3) + finish
            found += " " * (end + 1 - last)
            last = end + 1
    return found + text[last:]


def _argument(content: str, deepest: int) -> Counter[str]:
    match = _ARGUMENT.fullmatch(content)
    if not match:
        field = _PYTHON_FIELD.fullmatch(content)
        return (
            Counter([f"{{{content.strip()}}}"])
            if field and (field[1] or content.strip()[:1] in ("", "!", ":"))
            else Counter()
        )
    name, kind, style = match.groups()
    if kind is None:
        return Counter([f"{{{name}}}"])
    if kind not in BRANCHING or style is None:
        return Counter([f"{{{name}, {kind}}}"])
    return _branches(name, kind, style, deepest)


def _branches(name: str, kind: str, style: str, deepest: int) -> Counter[str]:
    keys = sorted(branch_keys(style))
    if kind == "select":
        label = f"{{{name}, select: {' '.join(keys)}}}"
    else:
        label = f"{{{name}, {kind}}}" if "other" in keys else f"{{{name}, {kind} without other}}"
    branches = braces(style) if deepest else ()
    nested = {inner for branch in branches for inner in placeholders(branch, deepest - 1)}
    return Counter([label, *nested])


def branch_keys(style: str) -> list[str]:
    """The keys of an ICU style: `one {..} other {..}` -> [one, other]."""
    for branch in braces(style):
        style = style.replace("{" + branch + "}", "{}", 1)
    return re.findall(r"([\w=]+)\s*\{", style)


def arguments(text: str, deepest: int = _DEEPEST) -> Iterator[tuple[str, str, str]]:
    """(name, kind, style) of the ICU arguments of a text, those inside branches too."""
    for content in braces(text):
        match = _ARGUMENT.fullmatch(content)
        if match and match[2]:
            yield match[1], match[2], match[3] or ""
            if match[2] in BRANCHING and match[3] and deepest:
                for branch in braces(match[3]):
                    yield from arguments(branch, deepest - 1)
