"""The problems of a run as workflow commands of GitHub Actions: printed in a step, they become annotations.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from mtqa.report.plain import encodable
from mtqa.report.problems import Problem, problems
from mtqa.report.table import results_of


class GithubReport:
    """One line a problem, worst first: GitHub shows ten errors and ten warnings of a step."""

    suffix = "github.txt"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Write the lines."""
        found = [problem for result in results_of(folder) for problem in problems(result)]
        found.sort(key=lambda problem: (problem.level != "error", -problem.risk))
        out.writelines(f"{_command(problem)}\n".encode() for problem in found)


def _command(problem: Problem) -> str:
    title = f"{problem.rule} {problem.unit}".strip()
    return f"::{problem.level} file={_property(problem.file)},title={_property(title)}::{_data(problem.message)}"


def _data(text: str) -> str:
    """Text after the second `::`: it must not end the line, or a second command could begin."""
    text = "".join(character if character.isprintable() or character in "\r\n" else "\ufffd" for character in text)
    return encodable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
