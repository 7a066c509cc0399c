"""The words of files: every check and reason has a type of ITS 2.0, and the documentation shows them as they are."""

import json
import re
from importlib.resources import files
from pathlib import Path

from mtqa.issues import CHECKS, REASONS, Issue, issue_of
from mtqa.plugins import available

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
SCHEMA = json.loads(files("mtqa.store").joinpath("segment.schema.json").read_text(encoding="utf-8"))
# https://www.w3.org/TR/its20/#lqissue-typevalues
TYPES = """terminology mistranslation omission untranslated addition duplication inconsistency grammar legal register
locale-specific-content locale-violation style characters misspelling typographical formatting inconsistent-entities
numbers markup pattern-problem whitespace internationalization length non-conformance uncategorized other"""
ISSUES = {
    (check, issue)
    for check, found in CHECKS.items()
    for issue in ((found,) if isinstance(found, Issue) else (found.gone, found.new))
}


def test_every_check_has_a_type_and_a_reason() -> None:
    assert set(CHECKS) == set(available("checks"))
    assert {issue.its for _, issue in ISSUES} <= set(TYPES.split())
    assert {issue.reason for _, issue in ISSUES} <= set(REASONS)
    assert SCHEMA["$defs"]["its"]["enum"] == TYPES.split()
    assert SCHEMA["properties"]["reasons"]["items"]["properties"]["code"]["enum"] == list(REASONS)


def test_the_documentation_has_the_same_table() -> None:
    table = PAGE.partition("| checks | reason |")[2].partition("\n\n")[0]
    shown = {
        (check, Issue(reason, its, mqm.replace("none", "")))
        for checks, reason, its, mqm in re.findall(
            r"^\| (.*?) \| `(\w+)` \| `([\w-]+)` \| (.*?) \|$", table, re.MULTILINE
        )
        for check in re.findall(r"`(\w+)`", checks)
    }
    assert shown == ISSUES
    told = PAGE.partition("| reason | means")[2].partition("\n\n")[0]
    reasons = dict(re.findall(r"^\| `(\w+)` \|.*\| `([\w-]+)` \| [^|]* \|$", told, re.MULTILINE))
    assert reasons == {code: issue.its for code, issue in REASONS.items() if code in reasons}
    assert set(reasons) == set(REASONS) - {"formatting_error"}  # which has those of its checks


def test_what_is_gone_is_another_thing_than_what_is_new() -> None:
    assert issue_of("numbers", "7 missing in 1 of 4").mqm == "Accuracy: omission"
    assert issue_of("length", "1.3 times as long, longer than usual").mqm == "Accuracy: addition"
    assert issue_of("a check of a plug-in", "anything").its == "uncategorized"
