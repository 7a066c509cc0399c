"""Settings: what `[decide]` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecideSettings:
    """`[decide]`: how a candidate is chosen and what is marked; measured in docs/consensus.md.

    `min_voters`: fewer cannot elect. `agree_at`, `outlier_gap`: agreements, 0..1. `primary`: the engine to keep
    unless another's score is `margin` higher; empty elects among equals. The weights of the parts of a score, in
    units of support, 0 for off: `prior`, `length`, `missing`, `faults`, `empty`. `kin_vote`, 0..1: how much a voter
    adds that depends on another one; 1 counts all as independent. `calibration`: file that `mtqa calibrate` wrote,
    relative to the configuration; empty for none.
    """

    min_voters: int = 3
    agree_at: float = 0.6
    outlier_gap: float = 0.15
    primary: str = ""
    margin: float = 0.10
    prior: float = 0.5
    length: float = 0.05
    missing: float = 0.03
    faults: float = 0.1
    empty: float = 0.5
    kin_vote: float = 0.0
    calibration: str = ""
