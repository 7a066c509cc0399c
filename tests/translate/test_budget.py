import random
import threading
import time
from collections.abc import Iterable, Sequence

import pytest

from mtqa.errors import ConfigError
from mtqa.model import Candidate, Missing
from mtqa.ports import Answer, Capabilities, NoAnswer, Outcome, Price, Query
from mtqa.translate import Terms, ask
from mtqa.translate.price import cost_at_most, cost_likely
from tests.translate.test_ask import Memory, Scripted, busy, run, segments, upper

PRICED = Capabilities(max_items=2, concurrency=64, price=Price("tokens", 1000.0, 4000.0, prompt=50, most=200))


def test_the_limit_is_never_exceeded_with_64_calls_at_once() -> None:
    """Each call is charged by the server between nothing and its most; some fail after they were charged."""
    lock, charged, most_at_once = threading.Lock(), [0.0], [0, 0]
    dice = random.Random(7)

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        assert PRICED.price
        with lock:
            cost = cost_at_most(batch, PRICED.price) * dice.choice([0.1, 0.5, 0.9, 1.0])
            charged[0] += cost
            most_at_once[0] += 1
            most_at_once[1] = max(most_at_once)
            kind = dice.random()
        time.sleep(0.002)
        with lock:
            most_at_once[0] -= 1
        if kind < 0.05:
            raise busy_and_billed()
        if kind < 0.1:
            return [NoAnswer(query.id, Missing.REFUSED, "policy") for query in batch]
        return [Answer(query.id, "X", cost=cost / len(batch)) for query in batch]

    limit = 60.0
    memory = Memory()
    given = segments(*(f"text {n}" for n in range(800)))
    asked = ask(
        {"e": Scripted(respond, PRICED)}, lambda: iter(given), memory, memory, lambda *_: None, Terms({}, limit)
    )
    assert charged[0] <= limit
    assert charged[0] >= 0.9 * limit, "what may be spent is spent"
    assert most_at_once[1] > 8, "many calls ran at once"
    assert asked.spent["e"] <= limit + 1e-9
    assert len(memory.outcomes) == 800
    refused = [trouble for trouble in asked.troubles if "max_cost" in trouble.todo]
    assert refused[0].segments > 0


def busy_and_billed() -> Exception:
    fault = busy(0.0)
    fault.billed = True
    return fault


def test_a_price_by_characters_is_exact() -> None:
    price = Price("characters", 20.0)
    engine = Scripted(
        lambda batch: [Answer(q.id, "X", cost=len(q.text) * 20 / 1_000_000) for q in batch],
        Capabilities(max_items=1, price=price),
    )
    memory = run(engine, segments(*("x" * 10 + str(n) for n in range(10))), terms=Terms({}, 5 * 11 * 20 / 1_000_000))
    assert memory.said() == ["X"] * 5 + ["[refused]"] * 5
    assert "run again" in memory.reason("f#6")


def test_a_free_and_a_local_engine_need_no_money() -> None:
    engines = {
        "free": Scripted(upper, Capabilities(price=Price("characters", 0.0))),
        "local": Scripted(upper, Capabilities(remote=False)),
    }
    memory = run(dict(engines), segments("a"), terms=Terms({}, 0.0))
    assert memory.said("free") == memory.said("local") == ["A"]


def test_a_limit_needs_prices() -> None:
    with pytest.raises(ConfigError, match="engine e: max_cost cannot be kept without a price; set its price"):
        run(Scripted(upper), segments("a"), terms=Terms({}, 1.0))


def test_what_a_discarded_answer_cost_is_counted() -> None:
    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        return [Answer(q.id, "" if len(batch) > 1 and q.text == "b" else "X", cost=0.25) for q in batch]

    memory = run(Scripted(respond), segments("a", "b"))
    costs = [o.cost for o in memory.outcomes.values() if isinstance(o, Candidate)]
    assert costs == [0.25, 0.5]
    assert memory.asked.spent == {"e": 0.75}


@pytest.mark.parametrize("unit", ["characters", "tokens"])
def test_the_likely_cost_is_below_the_most(unit: str) -> None:
    price = Price(unit, 3.0, 5.0, prompt=100)  # type: ignore[arg-type]
    batch = [Query(s.id, s.source.plain, s) for s in segments("Guten Tag", "日本語のテキスト", "x")]
    assert 0 < cost_likely(batch, price) < cost_at_most(batch, price)
