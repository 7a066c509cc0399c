"""Limits: the most that a file allows a target to have."""

from __future__ import annotations

SIZE = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
_UNITS = ("char", "byte")


def most(allowed: str | None, unit: str) -> tuple[int, str] | None:
    """(how many, `char` or `byte`); None for no limit, and for units that need a font (pixel, point, cm)."""
    if not allowed or not allowed.strip().isdecimal() or unit not in _UNITS:
        return None
    return (int(allowed), unit) if int(allowed) else None
