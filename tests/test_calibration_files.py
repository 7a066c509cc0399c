"""A calibration is a file that people move about and may edit: what is none is told before anything is judged by it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtqa.confidence import Calibration
from mtqa.errors import ConfigError

Record = dict[str, Any]
TERM = {"mean": 0.6, "scale": 0.1, "weight": 1.0, "edges": [0.5, 0.7], "shares": [0.3, 0.4, 0.3], "limit": 20.0}
RECORD: Record = {
    "schema": 1,
    "order": "agreement",
    "intercept": 2.0,
    "features": {"agreement": TERM},
    "segments": 100,
    "accept": {
        "risk": 0.05,
        "confidence": 0.9,
        "by": "languages",
        "strata": {"en>de": {"threshold": 0.7}, "en>fr": {}},
    },
    "pool": {"engines": ["a", "b"], "metrics": ["chrf"], "decide": {}},
}


def without(*path: str) -> Callable[[Record], None]:
    def damage(record: Record) -> None:
        for key in path[:-1]:
            record = record[key]
        del record[path[-1]]

    return damage


def having(value: object, *path: str) -> Callable[[Record], None]:
    def damage(record: Record) -> None:
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = value

    return damage


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(RECORD), encoding="utf-8")
    assert Calibration.read(path).thresholds == {"en>de": 0.7, "en>fr": None}


@pytest.mark.parametrize(
    "damage",
    [
        *(without(name) for name in RECORD), *(without("pool", name) for name in RECORD["pool"]),
        *(without("features", "agreement", name) for name in TERM), without("features", "agreement"),
        without("accept", "by"), without("accept", "strata"), having(float("nan"), "intercept"), having([], "pool"),
        having(0.0, "features", "agreement", "scale"), having([0.7, 0.5], "features", "agreement", "edges"),
        having([], "features", "agreement", "shares"), having(float("inf"), "features", "agreement", "weight"),
        having(float("nan"), "accept", "strata", "en>de", "threshold"), having(0, "segments"), having("best", "order"),
        having("words", "accept", "by"), having([], "accept", "strata"),
    ],
)  # fmt: skip
def test_a_damaged_one_is_told(damage: Callable[[Record], None], tmp_path: Path) -> None:
    record = copy.deepcopy(RECORD)
    damage(record)
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ConfigError, match="make it with `mtqa calibrate`"):
        Calibration.read(path)
