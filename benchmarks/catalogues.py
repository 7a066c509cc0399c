"""What the checks cry wolf about in the translations of programs, by language.

    python benchmarks/catalogues.py [--near] [LANG...]     # all languages in /usr/share/locale, 400 texts each

Reads the gettext catalogues that a Linux system has: commands and messages of programs, translated from English by
people into about a hundred languages. Each is checked alone, as `mtqa check` does. `--near` prints how far from their
own language the detector sees them: texts of 40 letters or more that it takes for another one.
"""

from __future__ import annotations

import gettext
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from mtqa.checks import run_checks
from mtqa.checks.language import chance
from mtqa.config import Settings
from mtqa.facts import Facts
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet, Finding, Segment, Severity
from mtqa.parts import build_checks

CATALOGUES = Path("/usr/share/locale")
SEED, COUNT = 3, 400
SHORTEST, LONGEST = 12, 200  # characters of a source
CHANCES = (1e-2, 1e-4, 1e-6, 1e-9, 1e-12)
LETTERS = 40


def texts(lang: str) -> list[tuple[str, str]]:
    """(source, translation) of a language, in an order of chance."""
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / lang / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            try:
                catalogue = gettext.GNUTranslations(file)
            except (OSError, UnicodeDecodeError, ValueError):
                continue
        for source, target in catalogue._catalog.items():  # there is no other way to go through it
            if isinstance(source, str) and "\n" not in source.strip() and "\x04" not in source and target != source:
                found[source.strip("\n")] = target.strip("\n")
    pairs = [pair for pair in found.items() if SHORTEST <= len(pair[0]) <= LONGEST and pair[1]]
    Random(SEED).shuffle(pairs)
    return pairs


def findings(pairs: Sequence[tuple[str, str]], lang: str) -> Iterator[tuple[Finding, ...]]:
    """What the checks say of each, alone."""
    checks = build_checks(Settings())
    for source, target in pairs:
        segment = Segment("1", "catalogue", "1", Text(source), "en", lang)
        yield next(run_checks([CandidateSet(segment, (Candidate("existing", Text(target)),))], checks))


def alarms(lang: str) -> None:
    told = list(findings(texts(lang)[:COUNT], lang.replace("_", "-")))
    if told:
        errors = sum(any(one.severity is Severity.ERROR for one in some) for some in told)
        warnings = sum(any(one.severity is Severity.WARNING for one in some) for some in told)
        counts = Counter(f"{one.check}" for some in told for one in some)
        most = ", ".join(f"{check} {count}" for check, count in counts.most_common(4))
        print(f"| {lang} | {len(told)} | {errors / len(told):.1%} | {warnings / len(told):.1%} | {most} |")


def near(lang: str) -> None:
    facts = [Facts(Text(target), lang.replace("_", "-")) for _, target in texts(lang)]
    own = [chance(one) for one in facts if sum(map(str.isalpha, one.plain)) >= LETTERS][:COUNT]
    if own:
        print(f"| {lang} | {len(own)} |", *[f"{sum(one < least for one in own) / len(own):.1%} |" for least in CHANCES])


def main() -> None:
    langs = [name for name in sys.argv[1:] if not name.startswith("-")]
    found = langs or sorted(path.name for path in CATALOGUES.iterdir() if (path / "LC_MESSAGES").is_dir())
    if "--near" in sys.argv:
        print(f"| language | texts | {' | '.join(f'below {chance_:.0e}' for chance_ in CHANCES)} |")
    else:
        print("| language | texts | with an error | with a warning | most |")
    for lang in found:
        if not lang.startswith("en") and "@" not in lang:
            (near if "--near" in sys.argv else alarms)(lang)


if __name__ == "__main__":
    main()
