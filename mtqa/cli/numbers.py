"""Numbers on the command line."""

from __future__ import annotations

from math import isfinite
from typing import Any

import click


class Number(click.types.FloatParamType):
    """A number, and none of what else a float can be: every comparison with NaN is false."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - as the base class has it
        """The number. Fails for nan and inf."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


class NumberRange(click.FloatRange):
    """A number in a range, which NaN passes otherwise."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - as the base class has it
        """The number. Fails for nan and inf."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


def _finite(
    kind: click.ParamType[float], number: float, param: click.Parameter | None, ctx: click.Context | None
) -> float:
    if not isfinite(number):
        kind.fail(f"{number} is not a finite number.", param, ctx)
    return number


class Share(click.ParamType[float]):
    """`5%`, `5 %` or `0.05`: between 0 and 1, both left out."""

    name = "share"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = 0.0
        if not 0 < share < 1:
            self.fail(f"{value!r} is no share: write 5% or 0.05", param, ctx)
        return share
