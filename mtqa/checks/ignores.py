"""Ignores: findings that a person has accepted, silent while source, target and what the rule says stay the same.

The file is text, a line each, made to be committed:

    3f9a0c1d2e4b5a67  numbers  app.xlf#12: 2,500 missing    # the price is gone on purpose

The first word is the fingerprint of the finding; what follows is for readers. A line that matches nothing any more has
lapsed: something has changed, and a person has to look again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from mtqa.errors import ConfigError
from mtqa.model import Finding

_LINE = re.compile(r"([0-9a-f]{16})(?:\s|$)")


class Ignores:
    """Fingerprints to be silent about, and which of them were met."""

    def __init__(self, fingerprints: Iterable[str] = (), where: str = "") -> None:
        self.where = where
        self._known = frozenset(fingerprints)
        self._met: set[str] = set()

    @classmethod
    def read(cls, path: Path | None) -> Ignores:
        """Those of a file; none where there is no file. Raises ConfigError."""
        if path is None:
            return cls()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(str(path), f"cannot be read ({error})", "correct the path of the ignores") from error
        found = []
        for number, line in enumerate(lines, start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                match = _LINE.match(line.strip())
                if not match:
                    raise ConfigError(
                        f"{path}:{number}", "does not begin with a fingerprint", "write it with `mtqa ignore`"
                    )
                found.append(match[1])
        return cls(found, str(path))

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is to be kept silent."""
        if finding.fingerprint not in self._known:
            return False
        self._met.add(finding.fingerprint)
        return True

    def __contains__(self, fingerprint: object) -> bool:
        return fingerprint in self._known

    @property
    def silenced(self) -> int:
        """How many different findings were kept silent."""
        return len(self._met)

    @property
    def lapsed(self) -> int:
        """How many lines have matched nothing."""
        return len(self._known - self._met)


def line(fingerprint: str, check: str, where: str, message: str, note: str = "") -> str:
    """A line of the file."""
    told = " ".join(f"{fingerprint}  {check}  {where}: {message}".split("\n"))
    return f"{told}    # {' '.join(note.split())}" if note else told
