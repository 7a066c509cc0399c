"""What several HTTP engines need alike: costs, lists of answers, names of languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mtqa.errors import EngineReply
from mtqa.languages import primary
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, NoAnswer, Outcome, Price, Query


def cost_of(characters: int, price: Price | None) -> float | None:
    """What `characters` cost; None when the price is unknown."""
    return None if price is None else characters * price.input / 1_000_000


def translated(query: Query, text: str, price: Price | None, characters: int | None = None) -> Answer:
    """The answer of an engine that bills `characters`; where it does not say how many, those it was sent."""
    billed = len(query.text) if characters is None else characters
    return Answer(query.id, text, usage=Usage(characters=billed), cost=cost_of(billed, price))


def uncovered(engine: str, batch: Sequence[Query], source: str, target: str) -> list[Outcome]:
    """No answer to anything: the engine does not translate between these languages."""
    return [NoAnswer(query.id, Missing.ABSTAINED, f"{engine} has no {source} to {target}") for query in batch]


def in_order(where: str, batch: Sequence[Query], values: object) -> Iterator[tuple[Query, object]]:
    """Each query with its value from a list in the order of the batch. Raises EngineReply unless it is one."""
    if not isinstance(values, list) or len(values) != len(batch):
        count = len(values) if isinstance(values, list) else "no list of"
        raise EngineReply(where, f"{count} translations for {len(batch)} texts", "a smaller batch is tried")
    return zip(batch, values, strict=True)


def traditional_chinese(tag: str) -> bool:
    """Whether a Chinese tag means the traditional script, by its script or by its region."""
    return not {"Hant", "TW", "HK", "MO"}.isdisjoint(tag.split("-"))


def code_of(tag: str, variants: Collection[str], simplified: str, traditional: str) -> str:
    """An engine's code for a language: the language alone, but for Chinese and the variants that have their own."""
    if primary(tag) == "zh":
        return traditional if traditional_chinese(tag) else simplified
    return tag if tag in variants else primary(tag)
