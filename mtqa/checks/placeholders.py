"""Placeholders: `{name}`, `%s`, `%(name)s`, `${name}`, `{{name}}`, `%name%` and ICU MessageFormat arguments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from mtqa.model import Candidate, Finding, Segment, Severity

_PRINTF = r"%(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:hh|h|ll|l|L|z|j|t|q)?[sdiufFeEgGxXoc@]"
_SIMPLE = re.compile(
    r"\{\{\s*[\w.$-]+\s*\}\}|[$#%]\{[\w.-]+\}|%\([\w.]+\)[-+0#]*\d*(?:\.\d+)?[a-zA-Z]|%[A-Za-z_]\w+%|"
    rf"(?<![\d%]){_PRINTF}(?![A-Za-z])"
)
_ANONYMOUS = re.compile(r"%[^(\d$][^$(]*|%[a-zA-Z@]")
_ARGUMENT = re.compile(r"\s*([\w.$-]+)\s*(?:,\s*(\w+)\s*(?:,(.*))?)?", re.DOTALL)
_BRANCHING = ("plural", "select", "selectordinal")


class Placeholders:
    """Placeholders missing, added, or with a broken ICU structure."""

    default = Severity.ERROR

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """One finding for each placeholder that is lost or added."""
        del peers  # a placeholder is right or wrong whatever the others did
        source, text = _comparable(segment.source.plain), _comparable(candidate.text.plain)
        for fault, found in (("missing", source - text), ("added", text - source)):
            for subject in found:
                yield Finding(candidate.engine, "placeholders", severity, f"{subject} {fault}", subject)


@lru_cache(maxsize=1 << 12)  # a source is looked at again for every candidate
def _comparable(text: str) -> Counter[str]:
    """Placeholders as often as it matters: `%s` takes the next argument each time, a name may be said again."""
    found = placeholders(text)
    return Counter({name: count if _ANONYMOUS.fullmatch(name) else 1 for name, count in found.items()})


def placeholders(text: str) -> Counter[str]:
    """Placeholder -> count. What stands in the branches of an ICU argument counts once.

    An ICU argument is `{count, plural}`, with the keys of a select (`{who, select: female male other}`); a plural
    keeps only the need for its `other` branch, because languages differ in their forms.
    """
    found = Counter(match.group() for match in _SIMPLE.finditer(text))
    rest = _SIMPLE.sub(" ", text)
    for content in _braces(rest):
        found.update(_argument(content))
    return found


def without_placeholders(text: str) -> str:
    """The text with its simple placeholders blanked, so that `%1$s` and `{0}` are not read as numbers."""
    blanked = _SIMPLE.sub(lambda match: " " * len(match.group()), text)
    return re.sub(r"\{\s*\w+\s*\}", lambda match: " " * len(match.group()), blanked)


def _braces(text: str) -> Iterator[str]:
    """The contents of the outermost balanced braces."""
    depth = start = 0
    for position, character in enumerate(text):
        if character == "{":
            depth += 1
            start = position + 1 if depth == 1 else start
        elif character == "}" and depth:
            depth -= 1
            if not depth:
                yield text[start:position]


def _argument(content: str) -> Counter[str]:
    match = _ARGUMENT.fullmatch(content)
    if not match:
        return Counter()
    name, kind, style = match.groups()
    if kind is None:
        return Counter([f"{{{name}}}"])
    if kind not in _BRANCHING or style is None:
        return Counter([f"{{{name}, {kind}}}"])
    return _branches(name, kind, style)


def _branches(name: str, kind: str, style: str) -> Counter[str]:
    keys = sorted(re.findall(r"([\w=]+)\s*\{", _outside_braces(style)))
    if kind == "select":
        label = f"{{{name}, select: {' '.join(keys)}}}"
    else:
        label = f"{{{name}, {kind}}}" if "other" in keys else f"{{{name}, {kind} without other}}"
    nested = {inner for branch in _braces(style) for inner in placeholders(branch)}
    return Counter([label, *nested])


def _outside_braces(style: str) -> str:
    """The style with the contents of its branches taken out: `one {..} other {..}` -> `one {} other {}`."""
    for branch in _braces(style):
        style = style.replace("{" + branch + "}", "{}", 1)
    return style
