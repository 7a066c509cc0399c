"""What calls may cost at most, and what they are likely to cost."""

from __future__ import annotations

from collections.abc import Sequence

from mtqa.ports import Price, Query

_MILLION = 1_000_000
_FRAME = 64  # bytes around each text in a request: ids, quotation marks, field names
_BYTES_PER_TOKEN = 4  # of UTF-8: about right for Latin, Cyrillic and Chinese letters alike


def tokens_at_most(batch: Sequence[Query]) -> int:
    """Input tokens of a batch: never more than its bytes, since a token stands for one byte or more."""
    texts = [text for query in batch for text in (query.text, query.before, query.after) if text]
    # A character that JSON escapes takes two bytes.
    return sum(2 * len(text.encode("utf-8", "replace")) for text in texts) + _FRAME * len(batch)


def tokens_likely(batch: Sequence[Query]) -> int:
    """Input tokens of a batch, estimated."""
    return tokens_at_most(batch) // (2 * _BYTES_PER_TOKEN)


def characters(batch: Sequence[Query]) -> int:
    """Characters of the texts of a batch, tokens of inline codes included."""
    return sum(len(query.text) for query in batch)


def cost_at_most(batch: Sequence[Query], price: Price) -> float:
    """What one call may cost.

    Where the request does not limit the output, three times the input and 1000 more are taken for its limit.
    """
    sent = characters(batch) if price.unit == "characters" else tokens_at_most(batch) + price.prompt
    most = price.most if price.most is not None else 3 * sent + 1000
    return (sent * price.input + most * price.output) / _MILLION


def cost_likely(batch: Sequence[Query], price: Price) -> float:
    """What one call is likely to cost: the translation about as long as the source."""
    texts = characters(batch) if price.unit == "characters" else tokens_likely(batch)
    prompt = price.prompt if price.unit == "tokens" else 0
    return ((texts + prompt) * price.input + texts * price.output) / _MILLION
