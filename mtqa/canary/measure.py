"""What the checks notice of what was planted, and what they say of good candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mtqa.canary.plant import KINDS, Kind, Site, clauses, whole_clause
from mtqa.checks import Checking, Checks
from mtqa.model import CandidateSet, Finding, Severity

_SITES_PER_CANARY = 12  # so many sites are kept for each canary, since not every text has a number or a negation
_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Measured:
    """Counts of one kind. `seen`: planted errors with a new finding; `barred`: with a new one of severity error.

    `alarms`: good candidates, of `clean`, on which a check of this kind found something.
    """

    kind: str
    planted: int
    seen: int
    barred: int
    clean: int
    alarms: int


def interval(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927); nothing known is everything possible."""
    if not count:
        return 0.0, 1.0
    share, z2 = hits / count, _Z**2 / count
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z * ((share * (1 - share) + z2 / 4) / count) ** 0.5 / (1 + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def sample(sites: Iterable[Site], count: int, seed: int) -> list[Site]:
    """Enough sites for `count` canaries of each kind, each with the same chance; streamed."""
    chance, kept = Random(seed), list[Site]()
    size = count * _SITES_PER_CANARY
    for number, site in enumerate(sites):
        if len(kept) < size:
            kept.append(site)
        elif (place := chance.randrange(number + 1)) < size:
            kept[place] = site
    return kept


def sites_of(sets: Iterable[CandidateSet], good: Mapping[str, str]) -> Iterator[Site]:
    """The good candidates (id of the segment -> engine) with the sets around them, streamed."""
    before: CandidateSet | None = None
    ahead = iter(sets)
    here = next(ahead, None)
    while here:
        after = next(ahead, None)
        engine = good.get(here.segment.id)
        position = next((i for i, c in enumerate(here.candidates) if c.engine == engine), None)
        if position is not None and not here.segment.protected:
            near = [one if one and one.segment.file == here.segment.file else None for one in (before, after)]
            yield Site(here, position, *near)
        before, here = here, after


def measure(sites: Sequence[Site], checks: Checks, count: int, seed: int) -> list[Measured]:
    """Plant up to `count` errors of each kind in copies, and count what the checks see. Nothing else comes out."""
    checking = Checking(checks)
    clean = [_findings(site, site.here, checking) for site in sites[: max(count, 1) * _SITES_PER_CANARY]]
    return [_measured(name, kind, sites, clean, checking, count, seed) for name, kind in KINDS.items()]


def _measured(
    name: str,
    kind: Kind,
    sites: Sequence[Site],
    clean: Sequence[Sequence[Finding]],
    checking: Checking,
    count: int,
    seed: int,
) -> Measured:
    chance = Random(f"{seed} {name}")
    order = list(range(len(sites)))
    chance.shuffle(order)
    planted = seen = barred = 0
    for number in order:
        if planted >= count:
            break
        site, before = sites[number], clean[number]
        if any(finding.check in kind.checks for finding in before):
            continue  # an alarm of its own, which what is planted could not be told from
        spoilt = kind.plant(site, chance, _clause(sites, number, chance))
        if spoilt is None:
            continue
        known = {(finding.check, finding.subject) for finding in before}
        new = [f for f in _findings(site, spoilt, checking) if (f.check, f.subject) not in known]
        planted += 1
        seen += bool(new)
        barred += any(finding.severity is Severity.ERROR for finding in new)
    alarms = sum(any(finding.check in kind.checks for finding in found) for found in clean)
    return Measured(name, planted, seen, barred, len(clean), alarms)


def _findings(site: Site, here: CandidateSet, checking: Checking) -> list[Finding]:
    """The findings on the candidate of a site, in its place among its neighbours."""
    window = [one for one in (site.before, here, site.after) if one]
    found = list(checking.over(window))[bool(site.before)]
    engine = here.candidates[site.position].engine
    return [finding for finding in found if finding.engine == engine]


def _clause(sites: Sequence[Site], number: int, chance: Random) -> str:
    """A clause of another site, for what is to be added."""
    for _ in range(8):
        other = chance.randrange(len(sites))
        pieces = [piece for piece in clauses(sites[other].text.plain) if whole_clause(piece)]
        if other != number and pieces:
            return chance.choice(pieces)
    return ""
