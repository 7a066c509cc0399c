"""Asks every engine about every segment: batching, retries, pauses, the answer cache."""

from mtqa.translate.all_engines import ask

__all__ = ["ask"]
