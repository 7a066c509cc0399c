"""What chat models do instead of translating, or beside it: talk, refuse, repeat their instructions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.chat_signs import FENCE, LEAD_IN, NOTE, NOTE_SIGNS, PROMPT, PROMPT_SIGNS, colons, may_apologise, refusal
from mtqa.checks.pieces import Known, part_of
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class Chatter:
    """Words of the model about the translation: a lead-in, a note, a code fence."""

    default = Severity.ERROR
    oracle = True
    concerns = part_of(":", "：", FENCE, *NOTE_SIGNS)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        source = case.source.plain
        fenced = FENCE in source
        for position, candidate in enumerate(case.candidates):
            text = candidate.plain
            if FENCE in text and not fenced:
                yield Fault(position, "code fence", FENCE)
                continue
            spoken = ":" in text or "：" in text
            found = LEAD_IN.match(text) if spoken and colons(text) > colons(source) else None
            pattern = LEAD_IN
            if not found and (spoken or any(sign in text for sign in NOTE_SIGNS)):
                found, pattern = NOTE.search(text), NOTE
            if found and not pattern.search(source):
                yield Fault(position, f"chatter: {_short(found)}", "chatter", found.span())


class Refusal:
    """The model declines instead of translating."""

    default = Severity.ERROR
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        for position, candidate in enumerate(case.candidates):
            found = _begins_so(candidate.beginning) and refusal(candidate.plain, case.source.plain)
            if found:
                yield Fault(position, f"refusal: {_short(found)}", "refusal", found.span())


_begins_so = Known(may_apologise).__getitem__


class PromptLeak:
    """Parts of instructions or of a chat's frame in the text."""

    default = Severity.ERROR
    oracle = True
    concerns = part_of(*PROMPT_SIGNS)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        said: bool | None = None
        if not any(map(case.together.__contains__, PROMPT_SIGNS)):
            return
        for position, candidate in enumerate(case.candidates):
            found = any(map(candidate.plain.__contains__, PROMPT_SIGNS)) and PROMPT.search(candidate.plain)
            if found:
                said = bool(PROMPT.search(case.source.plain)) if said is None else said
                if not said:
                    yield Fault(position, f"instructions in the text: {_short(found)}", "prompt", found.span())


def _short(found: re.Match[str]) -> str:
    text = found.group().strip()
    return text if len(text) <= 60 else f"{text[:57]}..."
