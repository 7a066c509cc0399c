"""What is wrong, in the words that files and other tools share: for each check and each reason its type and category.

The types are those of the Localization Quality Issue of ITS 2.0 (https://www.w3.org/TR/its20/#lqissue-typevalues);
the categories those of MQM, dimension and subtype (https://themqm.org/the-mqm-typology/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Issue(NamedTuple):
    """The reason that a finding stands for, its `locQualityIssueType`, and its MQM category; "" where it has none."""

    reason: str
    its: str
    mqm: str


class Two(NamedTuple):
    """A check that finds what is gone as well as what is new."""

    gone: Issue
    new: Issue


# Reason -> what it is where no finding says it better, in the order in which reasons are told.
REASONS: Mapping[str, Issue] = {
    issue.reason: issue
    for issue in (
        Issue("no_quorum", "uncategorized", ""),
        Issue("formatting_error", "formatting", "Design and markup"),
        Issue("hallucination", "addition", "Accuracy: addition"),
        Issue("omission", "omission", "Accuracy: omission"),
        Issue("terminology", "terminology", "Terminology"),
        Issue("semantic_drift", "mistranslation", "Accuracy: mistranslation"),
        Issue("paraphrase", "other", ""),
        Issue("unusual_input", "other", ""),
    )
}
_MARKUP = Issue("formatting_error", "markup", "Design and markup: markup tag")
_PUNCTUATION = Issue("formatting_error", "typographical", "Linguistic conventions: punctuation")
_SPACE = Issue("formatting_error", "whitespace", "Linguistic conventions: punctuation")
_LINK = Issue("formatting_error", "inconsistent-entities", "Design and markup: link/cross-reference")
_CASE = Issue("formatting_error", "typographical", "Linguistic conventions: spelling")
_CHARACTERS = Issue("formatting_error", "characters", "Linguistic conventions: character encoding")
_LEFT = Issue("omission", "untranslated", "Accuracy: untranslated")
_REPEATED = Issue("hallucination", "duplication", "Accuracy: addition")
_NO_TRANSLATION = Issue("hallucination", "mistranslation", "Accuracy: mistranslation")
_NUMBERS = Two(
    Issue("omission", "numbers", "Accuracy: omission"), Issue("hallucination", "numbers", "Accuracy: addition")
)
_LENGTH = Two(Issue("omission", "length", "Accuracy: omission"), Issue("hallucination", "length", "Accuracy: addition"))
# Check -> what it finds.
CHECKS: Mapping[str, Issue | Two] = {
    **dict.fromkeys(("inline_codes", "code_places", "placeholders"), _MARKUP),
    "plural_branches": Issue("formatting_error", "locale-violation", "Linguistic conventions: grammar"),
    "numbers": _NUMBERS,
    "units": Issue("semantic_drift", "inconsistent-entities", "Accuracy: mistranslation"),
    "empty": REASONS["omission"],
    **dict.fromkeys(("same_as_source", "untranslated"), _LEFT),
    **dict.fromkeys(("length", "length_ratio"), _LENGTH),
    "max_length": Issue("formatting_error", "length", "Design and markup: truncation/text expansion"),
    **dict.fromkeys(("end_punctuation", "start_punctuation", "brackets", "quotes"), _PUNCTUATION),
    "quote_style": Issue("formatting_error", "locale-violation", "Locale conventions"),
    **dict.fromkeys(("edge_spaces", "double_spaces", "punctuation_spaces"), _SPACE),
    "no_break_spaces": Issue("formatting_error", "whitespace", "Locale conventions"),
    **dict.fromkeys(("urls", "emails", "paths", "mentions"), _LINK),
    **dict.fromkeys(("capitalisation", "all_caps", "camel_case"), _CASE),
    "characters": _CHARACTERS,
    "forbidden": Issue("formatting_error", "pattern-problem", "Style: organizational style"),
    "accelerators": Issue("formatting_error", "markup", "Locale conventions: shortcut key"),
    **dict.fromkeys(("repeated_words", "loop"), _REPEATED),
    **dict.fromkeys(("script", "letters", "language"), _NO_TRANSLATION),
    "names": Issue("omission", "inconsistent-entities", "Accuracy: omission"),
    **dict.fromkeys(("negation", "shift"), REASONS["semantic_drift"]),
    "omission": REASONS["omission"],
    **dict.fromkeys(("addition", "chatter", "refusal", "prompt_leak"), REASONS["hallucination"]),
    "terminology": Issue("terminology", "terminology", "Terminology: wrong term"),
    "do_not_translate": Issue("terminology", "terminology", "Accuracy: do not translate"),
    **dict.fromkeys(
        ("term_consistency", "target_consistency"),
        Issue("terminology", "inconsistency", "Terminology: inconsistent use of terminology"),
    ),
    "source_consistency": Issue("semantic_drift", "inconsistency", "Accuracy: mistranslation"),
    "qe": Issue("formatting_error", "uncategorized", ""),
}
_UNKNOWN = Issue("formatting_error", "uncategorized", "")  # a check that somebody else wrote


def issue_of(check: str, message: str) -> Issue:
    """What a finding of `check` is; where the check finds both what is gone and what is new, its message tells."""
    found = CHECKS.get(check, _UNKNOWN)
    if isinstance(found, Issue):
        return found
    return found.new if "added" in message or "longer" in message else found.gone
