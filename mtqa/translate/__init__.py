"""Asks every engine about every segment: batching, limits, retries, pauses, the budget, the answer cache."""

from mtqa.translate.all_engines import Asked, Terms, ask

__all__ = ["Asked", "Terms", "ask"]
