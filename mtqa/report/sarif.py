"""The problems of a run as SARIF 2.1.0, which code hosts and editors show beside the files.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, sections 3.13 (log), 3.27 (result).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from mtqa.ports import JsonObject
from mtqa.report.plain import encodable
from mtqa.report.problems import RULES, Problem, problems
from mtqa.report.table import manifest_of, results_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ITS, _MQM = "ITS 2.0 locQualityIssueType", "MQM"
_SOURCES = {
    _ITS: "https://www.w3.org/TR/its20/#lqissue-typevalues",
    _MQM: "https://themqm.org/the-mqm-typology/",
}


class SarifReport:
    """One result a problem, in document order, with the segment as its logical location.

    What it is in the words of ITS and MQM are its `taxa`; the run has the two taxonomies.
    """

    suffix = "sarif"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Write the log."""
        manifest = manifest_of(folder)
        found = [problem for result in results_of(folder) for problem in problems(result)]
        names = list(dict.fromkeys([*(name for name in RULES if name != "finding"), *(one.rule for one in found)]))
        driver = {
            "name": "mtqa",
            "version": manifest["mtqa"],
            "rules": [{"id": name, "shortDescription": {"text": RULES[name.partition("/")[0]]}} for name in names],
        }
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "taxonomies": [_taxonomy(name, found) for name in _SOURCES],
            "results": [_result(problem, names.index(problem.rule)) for problem in found],
        }
        log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
        out.write(json.dumps(log, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n")


def _taxa(problem: Problem) -> dict[str, str]:
    """Taxonomy -> what a problem is in it, where it is something."""
    told = {_ITS: problem.issue.its, _MQM: problem.issue.mqm} if problem.issue else {}
    return {name: taxon for name, taxon in told.items() if taxon}


def _taxonomy(name: str, found: list[Problem]) -> JsonObject:
    """What of a taxonomy the problems refer to."""
    used = sorted({_taxa(problem)[name] for problem in found if name in _taxa(problem)})
    return {"name": name, "informationUri": _SOURCES[name], "taxa": [{"id": taxon} for taxon in used]}


def _result(problem: Problem, rule: int) -> JsonObject:
    message, unit = (encodable(text) or " " for text in (problem.message, problem.unit))
    identity = encodable(problem.id)
    return {
        "ruleId": problem.rule,
        "ruleIndex": rule,
        "level": problem.level,
        "message": {"text": f"{unit}: {message}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(encodable(problem.file))}},
                "logicalLocations": [{"name": unit, "fullyQualifiedName": identity, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"segment/v1": f"{problem.rule} {identity}"},
        "rank": round(100 * problem.risk, 1),
        "taxa": [{"id": taxon, "toolComponent": {"name": name}} for name, taxon in _taxa(problem).items()],
    }
