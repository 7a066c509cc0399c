"""The segments of a run as JUnit test cases, which every build server shows: a file is a suite, a segment a case.

Undecided and lost segments are errors, divergent ones failures, protected ones skipped. Source: the schema that build
servers read, https://github.com/testmoapp/junitxml.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from mtqa.ports import JsonObject
from mtqa.report.plain import encodable
from mtqa.report.problems import Problem, problems
from mtqa.report.table import results_of

# What no XML 1.0 document can hold, and direction characters, which could make a build server show another order.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


class JunitReport:
    """JUnit XML."""

    suffix = "junit.xml"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Write the suites, one file of the run in memory at a time."""
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mtqa">\n')
        for file, results in groupby(results_of(folder), key=lambda result: result["file"]):
            counts: Counter[str] = Counter()
            cases = [_case(result, counts) for result in results]
            numbers = f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}"'
            out.write(f'<testsuite name={_attribute(file)} {numbers} skipped="{counts["skipped"]}">\n'.encode())
            out.writelines(case.encode() for case in cases)
            out.write(b"</testsuite>\n")
        out.write(b"</testsuites>\n")


def _case(result: JsonObject, counts: Counter[str]) -> str:
    name = f"{result['id']} {result['unit']}"
    told = "".join(_problem(problem, counts) for problem in _worst(problems(result)))
    if result["status"] == "protected":
        counts["skipped"] += 1
        told = f"<skipped message={_attribute(result.get('protected', ''))}/>"
    return f"<testcase classname={_attribute(result['file'])} name={_attribute(name)}>{told}</testcase>\n"


def _worst(found: Iterator[Problem]) -> list[Problem]:
    """What fails a case, if anything: it can fail once. A warning about a chosen target fails none."""
    failing = [problem for problem in found if not problem.rule.startswith("finding/") or problem.level == "error"]
    return failing[:1]


def _problem(problem: Problem, counts: Counter[str]) -> str:
    kind = "error" if problem.level == "error" else "failure"
    counts[kind] += 1
    message = _attribute(problem.message)
    return f"<{kind} type={_attribute(problem.rule)} message={message}>{escape(_writable(problem.message))}</{kind}>"


def _attribute(text: str) -> str:
    return quoteattr(_writable(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", encodable(text))
