"""What several HTTP engines need alike: costs, lists of answers, names of languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate

from mtqa.errors import EngineReply
from mtqa.languages import primary
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, NoAnswer, Price, Query


def translated(query: Query, text: str, price: Price | None, billed: object = None, model: str | None = None) -> Answer:
    """An answer, where the server counts `billed` characters; those that it was sent when that is no count."""
    characters = billed if isinstance(billed, int) and billed >= 0 else len(query.text)
    cost = None if price is None else (characters * price.input + len(text) * price.output) / 1_000_000
    return Answer(query.id, text, model, Usage(characters=characters), cost)


def no_text(query: Query) -> NoAnswer:
    """The failure of one text in an answer to several."""
    return NoAnswer(query.id, Missing.FAILED, "the answer has no translation of this text")


def in_order(where: str, batch: Sequence[Query], values: object) -> Iterator[tuple[Query, object]]:
    """Each query with its value from a list in the order of the batch. Raises EngineReply unless it is one."""
    if not isinstance(values, list) or len(values) != len(batch):
        count = len(values) if isinstance(values, list) else "no list of"
        raise EngineReply(where, f"{count} translations for {len(batch)} texts", "a smaller batch is tried")
    return zip(batch, values, strict=True)


def divided(amount: int, sizes: Sequence[int]) -> list[int]:
    """An amount divided over parts by their sizes; the shares add up to it."""
    whole = sum(sizes) or 1
    ends = [amount * size // whole for size in accumulate(sizes)]
    return [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def traditional_chinese(tag: str) -> bool:
    """Whether a Chinese tag means the traditional script, by its script or by its region."""
    return not {"Hant", "TW", "HK", "MO"}.isdisjoint(tag.split("-"))


def code_of(
    tag: str, variants: Collection[str], simplified: str, traditional: str, renamed: Mapping[str, str] | None = None
) -> str:
    """An engine's code for a language: the language alone, but for Chinese and the variants that have their own.

    `renamed`: languages that the engine calls otherwise.
    """
    language = primary(tag)
    if language == "zh":
        return traditional if traditional_chinese(tag) else simplified
    return tag if tag in variants else (renamed or {}).get(language, language)
