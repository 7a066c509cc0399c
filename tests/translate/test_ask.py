import itertools
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mtqa.errors import EngineBusy, EngineRefused, EngineReply, FormatError
from mtqa.inline import Markup, Text
from mtqa.model import Candidate, Failure, Missing, Segment, Usage
from mtqa.ports import Answer, Capabilities, Engine, JsonObject, NoAnswer, Outcome, Query
from mtqa.translate import Asked, Terms, ask
from mtqa.translate.jobs import Job, Reply
from mtqa.translate.pace import Clock


@dataclass
class FakeTime:
    """A clock that only waiting moves; it remembers what was waited for."""

    at: float = 0.0
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        with self.lock:
            self.at += seconds
            self.waits.append(seconds)
        return stop.is_set()

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.wait, grace=0.0)


@dataclass
class Memory:
    """Cache and sink in memory, with everything that came, in order."""

    kept: dict[str, JsonObject] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)  # keys that another run is asking about
    claimed: set[str] = field(default_factory=set)
    given: set[tuple[str, str]] = field(default_factory=set)
    outcomes: dict[tuple[str, str], Candidate | Failure] = field(default_factory=dict)
    samples: dict[tuple[str, str, int], Candidate | Failure] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: Asked = field(default_factory=lambda: Asked({}, ()))

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        with self.lock:
            return {key: self.kept[key] for key in keys if key in self.kept}

    def put(self, items: Iterable[tuple[str, JsonObject]]) -> None:
        with self.lock:
            for key, answer in items:
                self.kept[key] = answer
                self.claimed.discard(key)
                self.events.append("kept")

    def claim(self, keys: Sequence[str]) -> set[str]:
        with self.lock:
            mine = {key for key in keys if key not in self.elsewhere | self.claimed | self.kept.keys()}
            self.claimed |= mine
            return mine

    def release(self, keys: Iterable[str]) -> None:
        with self.lock:
            self.claimed -= set(keys)

    def first_given(self, engine: str, keys: Iterable[str]) -> set[str]:
        with self.lock:
            first = {key for key in keys if (engine, key) not in self.given}
            self.given |= {(engine, key) for key in first}
            return first

    def pending(self, engine: str, segments: Sequence[Segment], sample: int = 0) -> Sequence[Segment]:
        with self.lock:
            return [segment for segment in segments if (engine, segment.id, sample) not in self.samples]

    def record(self, engine: str, answers: Sequence[tuple[str, Candidate | Failure]], sample: int = 0) -> None:
        with self.lock:
            for name, outcome in answers:
                assert (engine, name, sample) not in self.samples, "recorded twice"
                self.samples[engine, name, sample] = outcome
                self.outcomes.setdefault((engine, name), outcome)
                self.events.append("recorded")

    def said(self, engine: str = "e") -> list[str]:
        """What was recorded, in the order of the segments: texts, or kinds of failure in brackets."""
        mine = sorted((int(name[2:]), o) for (owner, name), o in self.outcomes.items() if owner == engine)
        return [o.text.plain if isinstance(o, Candidate) else f"[{o.kind.value}]" for _, o in mine]

    def reason(self, name: str, engine: str = "e") -> str:
        outcome = self.outcomes[engine, name]
        assert isinstance(outcome, Failure)
        return outcome.reason


@dataclass
class Scripted:
    """An engine that answers with what `respond` makes of the batch."""

    respond: Callable[[Sequence[Query]], Iterable[Outcome]]
    capabilities: Capabilities = Capabilities(max_items=4)  # noqa: RUF009 - frozen
    signature: str = "scripted"
    batches: list[list[str]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        self.batches.append([query.text for query in batch])
        return self.respond(batch)

    def close(self) -> None:
        self.closed.set()


def upper(batch: Sequence[Query]) -> Iterator[Outcome]:
    return (Answer(query.id, query.text.upper()) for query in batch)


def segments(*texts: str) -> list[Segment]:
    return [Segment(f"f#{n}", "f", str(n), Text(text), "en", "de") for n, text in enumerate(texts, start=1)]


def run(
    engines: Engine | dict[str, Engine],
    given: list[Segment],
    memory: Memory | None = None,
    time: FakeTime | None = None,
    terms: Terms | None = None,
) -> Memory:
    memory = memory or Memory()
    by_name = engines if isinstance(engines, dict) else {"e": engines}
    done: Counter[str] = Counter()
    lock = threading.Lock()

    def progress(engine: str, count: int) -> None:
        with lock:
            done[engine] += count

    before = len(memory.samples)
    memory.asked = ask(by_name, lambda: iter(given), memory, memory, progress, terms, (time or FakeTime()).clock)
    assert sum(done.values()) == len(memory.samples) - before
    assert not memory.claimed
    return memory


def test_every_engine_is_asked_about_every_segment() -> None:
    given = segments("a", "b", "c", "d", "e", "f")
    given[2] = replace(given[2], protected="locked")
    given[3] = replace(given[3], source=Text("  "))
    engines: dict[str, Engine] = {
        "one": Scripted(upper),
        "two": Scripted(upper, Capabilities(max_items=1, concurrency=3), "another"),
    }
    memory = run(engines, given)
    assert memory.said("one") == memory.said("two") == ["A", "B", "E", "F"]
    assert memory.events[0] == "kept"


def test_an_engine_is_opened_once_and_that_is_no_part_of_its_first_answer() -> None:
    time = FakeTime()

    class Slow(Scripted):
        def open(self) -> None:
            self.batches.append(["opened"])
            time.at += 5

    engine = Slow(upper, Capabilities(concurrency=4))
    memory = run(engine, segments(*"abc"), time=time)
    assert engine.batches[0] == ["opened"]
    assert sorted(engine.batches[1:]) == [["a"], ["b"], ["c"]]
    assert {o.latency_ms for o in memory.outcomes.values() if isinstance(o, Candidate)} == {0}
    nothing = Slow(upper)
    run(nothing, [replace(one, protected="locked") for one in segments("a")], time=time)
    assert nothing.batches == []


def test_batches_keep_to_the_limits() -> None:
    engine = Scripted(upper, Capabilities(max_items=3, max_chars=10))
    run(engine, segments("aaaa", "bbbb", "cccc", "d", "e", "f", "g" * 30, "h"))
    assert engine.batches == [["aaaa", "bbbb"], ["cccc", "d", "e"], ["f"], ["g" * 30], ["h"]]


def test_a_second_run_asks_nobody_and_gives_equal_candidates() -> None:
    given = segments("a", "b", "c")
    engine = Scripted(lambda batch: [Answer(q.id, q.text, "m-1", None, 0.5) for q in batch])
    first = run(engine, given)
    asked = len(engine.batches)
    second = run(engine, given, Memory(kept=first.kept))
    assert len(engine.batches) == asked
    for key, candidate in second.outcomes.items():
        assert isinstance(candidate, Candidate)
        assert candidate.cached
        assert replace(candidate, cached=False) == first.outcomes[key]


def test_what_is_recorded_is_not_asked_again() -> None:
    engine = Scripted(upper)
    memory = run(engine, segments("a", "b"))
    memory.kept.clear()
    run(engine, segments("a", "b", "c"), memory)
    assert engine.batches == [["a", "b"], ["c"]]


def test_the_same_text_is_asked_once() -> None:
    engine = Scripted(upper, Capabilities(max_items=1, concurrency=4))
    memory = run(engine, segments(*("same", "other") * 300))
    assert sorted(Counter(text for batch in engine.batches for text in batch).items()) == [("other", 1), ("same", 1)]
    assert memory.said() == ["SAME", "OTHER"] * 300
    fresh = [o for o in memory.outcomes.values() if isinstance(o, Candidate) and not o.cached]
    assert len(fresh) == 2


def test_the_first_segment_bears_the_cost_of_a_shared_text_in_every_run() -> None:
    texts = ["other", "same", "more", "same", "other", "same"]
    answer = Usage(characters=4)
    engine = Scripted(
        lambda batch: [Answer(q.id, "X", None, answer, 0.5) for q in batch], Capabilities(max_items=1, concurrency=3)
    )
    first = run(engine, segments(*texts))
    second = run(engine, segments(*texts), Memory(kept=first.kept))
    for memory in (first, second):
        costs = [memory.outcomes["e", f"f#{n}"].cost for n in range(1, 7)]  # type: ignore[union-attr]
        usages = [memory.outcomes["e", f"f#{n}"].usage for n in range(1, 7)]  # type: ignore[union-attr]
        assert costs == [0.5, 0.5, 0.5, None, None, None]
        assert usages == [answer] * 3 + [None] * 3
    assert first.asked.spent == {"e": 1.5}
    assert second.asked.spent == {}


def test_samples_are_asked_for_and_kept_one_by_one() -> None:
    asked: Counter[str] = Counter()

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        asked.update(query.text for query in batch)
        return [Answer(q.id, f"{q.text}{asked[q.text]}") for q in batch]

    engine, terms = Scripted(respond), Terms({"e": 3})
    memory = run(engine, segments("a", "b", "a"), terms=terms)
    assert asked == {"a": 3, "b": 3}
    assert [len(batch) for batch in engine.batches] == [2, 2, 2]
    texts = {key: o.text.plain for key, o in memory.samples.items() if isinstance(o, Candidate)}
    assert [texts["e", "f#3", sample] for sample in range(3)] == ["a1", "a2", "a3"]
    run(engine, segments("a", "b", "a"), Memory(kept=memory.kept), terms=Terms({"e": 4}))
    assert asked == {"a": 4, "b": 4}


def test_what_another_run_is_asking_about_is_waited_for() -> None:
    """Its answer comes while we wait for it; what it gives up is asked by us."""
    given = segments("a", "b", "c")
    keys = [Job.of(segment, "scripted", Capabilities()).key for segment in given]
    time, memory = FakeTime(), Memory(elsewhere={keys[0], keys[2]})
    wait = time.wait

    def other_run(stop: threading.Event, seconds: float) -> bool:
        if time.at > 3:
            memory.kept[keys[0]] = Reply("theirs").to_json()
            memory.elsewhere.clear()
        return wait(stop, seconds)

    time.wait = other_run  # type: ignore[method-assign]
    engine = Scripted(upper)
    assert run(engine, given, memory, time).said() == ["theirs", "B", "C"]
    assert engine.batches == [["b"], ["c"]]


def test_two_engines_that_are_the_same_share_their_answers() -> None:
    asked: Counter[str] = Counter()

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        asked.update(query.text for query in batch)
        return upper(batch)

    memory = run({"one": Scripted(respond), "two": Scripted(respond)}, segments("a", "b"))
    assert memory.said("one") == memory.said("two") == ["A", "B"]
    assert asked == {"a": 1, "b": 1}


def test_an_engine_that_reads_context_gets_the_neighbours_of_its_file() -> None:
    given = segments("a", "b", "b", "c")
    given[1] = replace(given[1], protected="locked")
    given[3] = replace(given[3], file="g")
    seen: list[tuple[str, str | None, str | None]] = []

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        seen.extend((q.text, q.before, q.after) for q in batch)
        return upper(batch)

    run(Scripted(respond, Capabilities(max_items=9, context=True)), given)
    assert seen == [("a", None, "b"), ("b", "b", None), ("c", None, None)]
    seen.clear()
    run(Scripted(respond, Capabilities(max_items=9)), given)
    assert {around for _, *around in seen for around in around} == {None}


def test_another_model_than_the_one_asked_is_told() -> None:
    engine = Scripted(lambda batch: [Answer(q.id, "X", "small-1") for q in batch], Capabilities(model="large-1"))
    [trouble] = run(engine, segments("a", "b")).asked.troubles
    assert (trouble.kind, trouble.segments) == ("other model", 2)
    assert trouble.reason == "small-1 answered where large-1 was asked"


def test_a_local_engine_is_asked_about_each_segment_and_never_cached() -> None:
    engine = Scripted(lambda batch: [Answer(q.id, Text(q.segment.unit)) for q in batch], Capabilities(remote=False))
    memory = run(engine, segments("same", "same"))
    assert memory.said() == ["1", "2"]
    assert memory.kept == {}
    assert all(o.latency_ms is None for o in memory.outcomes.values() if isinstance(o, Candidate))


def failing(errors: list[Exception], then: Callable[[Sequence[Query]], Iterable[Outcome]] = upper) -> Scripted:
    left = list(errors)

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        if left:
            raise left.pop(0)
        return then(batch)

    return Scripted(respond)


def busy(retry_after: float | None = None) -> EngineBusy:
    return EngineBusy("e", "HTTP 429", "wait", retry_after)


def test_a_busy_engine_is_asked_again_after_the_time_it_says() -> None:
    time = FakeTime()
    memory = run(failing([busy(3.0), busy(7.5)]), segments("a", "b"), time=time)
    assert memory.said() == ["A", "B"]
    assert time.waits == [3.0, 7.5]


def test_backoff_is_bounded_and_grows() -> None:
    time = FakeTime()
    assert run(failing([busy()] * 4), segments("a"), time=time).said() == ["A"]
    assert all(wait <= most for wait, most in zip(time.waits, [1, 2, 4, 8], strict=True))


def test_a_text_that_makes_the_server_fail_is_given_up_after_five_attempts_when_others_are_answered() -> None:
    """Two workers: while one asks about the bad text again and again, the other is answered."""
    bad_asked = 0
    answered = threading.Event()

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        nonlocal bad_asked
        if batch[0].text == "bad":
            bad_asked += 1
            assert answered.wait(10)
            raise busy()
        if batch[0].text == "b":
            answered.set()
        return upper(batch)

    engine = Scripted(respond, Capabilities(max_items=1, concurrency=2))
    memory = run(engine, segments("first", "bad", "b"))
    assert memory.said() == ["FIRST", "[failed]", "B"]
    assert bad_asked == 5
    assert "asked 5 times" in memory.reason("f#2")
    [trouble] = memory.asked.troubles
    assert (trouble.engine, trouble.kind, trouble.segments, trouble.example) == ("e", "failed", 1, "f#2")
    assert trouble.todo == "wait"


def test_an_outage_costs_time_but_no_text() -> None:
    """Answers, then ten minutes of faults: the breaker probes, with one call, ever more rarely, until it is over."""
    time = FakeTime()
    asked_at: list[float] = []

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        asked_at.append(time.at)
        if len(asked_at) > 1 and time.at < 600:
            raise busy()
        return upper(batch)

    memory = run(Scripted(respond, Capabilities(max_items=1, concurrency=1)), segments(*"abcdef"), time=time)
    assert memory.said() == list("ABCDEF")
    assert not memory.asked.troubles
    assert len([at for at in asked_at if at < 600]) < 15
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(asked_at) if later - earlier > 20]
    assert gaps == [30, 60, 120, 240, 480]


def test_a_pause_holds_for_all_workers(paused: threading.Event) -> None:
    """Two calls are under way; one is told to wait. Neither worker asks again before that time."""
    time, both = FakeTime(), threading.Barrier(2, timeout=60)
    asked_at: list[tuple[str, float]] = []
    first: set[str] = set()

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        text = batch[0].text
        asked_at.append((text, time.at))
        if text in ("a", "b") and text not in first:
            first.add(text)
            both.wait()
            if text == "a":
                raise busy(30.0)
            assert paused.wait(60)
        return upper(batch)

    engine = Scripted(respond, Capabilities(max_items=1, concurrency=2))
    assert run(engine, segments("first", "a", "b", "c", "d"), time=time).said() == ["FIRST", "A", "B", "C", "D"]
    assert all(at >= 30 for text, at in asked_at[3:])


def test_too_long_a_pause_stops_the_engine() -> None:
    time = FakeTime()
    memory = run(failing([busy(99_999.0)]), segments("a", "b", "c", "d", "e"), time=time)
    assert memory.said() == ["[refused]"] * 5
    assert "run again later" in memory.reason("f#5")
    assert time.waits == []


def test_a_server_that_never_answers_is_given_up_soon() -> None:
    time = FakeTime()
    engine = failing([busy()] * 1000)
    memory = run(engine, segments(*(f"t{n}" for n in range(40))), time=time)
    assert memory.said() == ["[refused]"] * 40
    assert len(engine.batches) == 6
    assert 30 <= time.at <= 30 + 1 + 2 + 4 + 8
    assert "given up after 6 faults in a row" in memory.reason("f#40")
    assert [trouble.segments for trouble in memory.asked.troubles] == [40]


def test_a_refused_engine_is_asked_no_more_and_others_go_on() -> None:
    engines = {"e": failing([EngineRefused("e", "HTTP 456", "raise the quota")]), "other": Scripted(upper)}
    memory = run(dict(engines), segments("a", "b", "c", "d", "e", "f"))
    assert memory.said() == ["[refused]"] * 6
    assert memory.reason("f#6") == "e: HTTP 456; raise the quota"
    assert len(engines["e"].batches) == 1
    assert memory.said("other") == ["A", "B", "C", "D", "E", "F"]


def test_an_engine_whose_own_input_is_broken_is_asked_no_more() -> None:
    memory = run(failing([FormatError("v.xlf:3", "is cut off", "get it again")]), segments("a", "b", "c", "d", "e"))
    assert memory.said() == ["[refused]"] * 5
    assert "v.xlf:3" in memory.reason("f#5")


def test_a_batch_that_cannot_be_used_is_halved_down_to_the_culprit() -> None:
    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        if any(query.text == "bad" for query in batch):
            raise EngineReply("e", "HTTP 400", "a smaller batch is tried")
        return upper(batch)

    engine = Scripted(respond, Capabilities(max_items=8))
    memory = run(engine, segments("a", "b", "c", "d", "e", "bad", "g", "h"))
    assert memory.said() == ["A", "B", "C", "D", "E", "[failed]", "G", "H"]
    assert [len(batch) for batch in engine.batches] == [8, 4, 4, 2, 1, 1, 2]


Change = Callable[[list[Outcome], Sequence[Query]], list[Outcome]]


@pytest.mark.parametrize(
    "change",
    [
        lambda good, _batch: good[:1] + good[2:],
        lambda good, _batch: [*good, good[1]],
        lambda good, batch: [good[0], Answer(batch[1].id, "  "), *good[2:]],
        lambda good, batch: [good[0], NoAnswer(batch[1].id, Missing.FAILED, "null"), *good[2:]],
        lambda good, batch: [good[0], NoAnswer(batch[1].id, Missing.TRUNCATED, "cut"), *good[2:]],
        lambda good, batch: [good[0], Answer("unknown", "x"), *good[2:]],
        lambda good, batch: [good[0], Answer(batch[1].id, "a\x00b"), *good[2:]],
    ],
    ids=["left out", "doubled", "blank", "failed", "cut", "unknown id", "not for XML"],
)
@pytest.mark.parametrize("heals", [True, False])
def test_a_doubtful_outcome_is_asked_for_once_more_alone(change: Change, heals: bool) -> None:
    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        good: list[Outcome] = list(upper(batch))
        if len(batch) > 1:
            return change(good, batch)
        return good if heals else []

    engine = Scripted(respond)
    memory = run(engine, segments("a", "b", "c", "d"))
    assert engine.batches == [["a", "b", "c", "d"], ["b"]]
    assert memory.said() == ["A", "B" if heals else "[failed]", "C", "D"]


@pytest.mark.parametrize(
    ("bearable", "asked"),
    [
        (4, ["abcdefgh", "cdefgh", "cde", "fgh"]),
        (2, ["abcdefgh", "cdefgh", "cde", "c", "de", "fgh", "f", "gh"]),
        (1, ["abcdefgh", "cdefgh", "cde", "c", "de", "d", "e", "fgh", "f", "gh", "g", "h"]),
    ],
)
def test_what_is_missing_is_asked_for_together_then_in_halves_then_alone(bearable: int, asked: list[str]) -> None:
    """The engine answers a and b always, the others only where they are few."""

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        few = len(batch) <= bearable
        return [outcome for outcome, query in zip(upper(batch), batch, strict=True) if few or query.text in "ab"]

    engine = Scripted(respond, Capabilities(max_items=8))
    memory = run(engine, segments(*"abcdefgh"))
    assert ["".join(batch) for batch in engine.batches] == asked
    assert memory.said() == list("ABCDEFGH")


def test_what_unusable_answers_had_cost_is_in_the_cost_of_the_last() -> None:
    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        return [Answer(q.id, q.text.upper() if len(batch) == 1 else "", cost=1.0) for q in batch]

    memory = run(Scripted(respond), segments(*"abcd"))
    costs = [outcome.cost for outcome in memory.outcomes.values() if isinstance(outcome, Candidate)]
    assert costs == [3.0] * 4


def test_outcomes_are_matched_by_id_not_by_place() -> None:
    engine = Scripted(lambda batch: list(reversed(list(upper(batch)))))
    assert run(engine, segments("a", "b", "c")).said() == ["A", "B", "C"]


@pytest.mark.parametrize(("text", "name"), [("a\x00", "U+0000"), ("\ud800", "U+D800"), ("x\uffff", "U+FFFF")])
def test_characters_that_xml_cannot_carry_are_named(text: str, name: str) -> None:
    memory = run(Scripted(lambda batch: [Answer(q.id, text) for q in batch]), segments("a"))
    assert name in memory.reason("f#1")
    assert memory.kept == {}


def test_a_text_from_a_remote_engine_fails() -> None:
    memory = run(Scripted(lambda batch: [Answer(q.id, Text("x")) for q in batch]), segments("a"))
    assert memory.said() == ["[failed]"]


@pytest.mark.parametrize("kind", [Missing.ABSTAINED, Missing.REFUSED])
def test_an_engine_may_decline(kind: Missing) -> None:
    engine = Scripted(lambda batch: [NoAnswer(q.id, kind, "no \ud800") for q in batch])
    memory = run(engine, segments("a", "a"))
    assert memory.said() == [f"[{kind.value}]"] * 2
    assert memory.reason("f#1") == "no \ufffd"
    assert len(engine.batches) == 1


def test_edges_are_kept_from_engines_and_put_back() -> None:
    engine = Scripted(upper, Capabilities(Markup.XML))
    assert run(engine, segments("  a & b ")).said() == ["  A & B "]
    assert engine.batches == [["a &amp; b"]]


def test_a_bug_in_an_engine_is_raised_after_the_others_have_recorded() -> None:
    under_way, gone_wrong = threading.Event(), threading.Event()

    def slow(batch: Sequence[Query]) -> Iterable[Outcome]:
        under_way.set()
        assert gone_wrong.wait(10)
        return upper(batch)

    def buggy(batch: Sequence[Query]) -> Iterable[Outcome]:
        assert under_way.wait(10)
        gone_wrong.set()
        raise ZeroDivisionError

    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        run({"slow": Scripted(slow), "buggy": Scripted(buggy, signature="buggy")}, segments("a", "b"), memory)
    assert memory.said("slow") == ["A", "B"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ask ")]


def test_a_fault_of_the_input_or_of_the_store_ends_the_run() -> None:
    def broken() -> Iterator[Segment]:
        yield from segments("a")
        raise FormatError("f:9", "is cut off", "get it again")

    memory = Memory()
    with pytest.raises(FormatError, match="f:9"):
        ask({"e": Scripted(upper)}, broken, memory, memory, lambda _engine, _count: None)
    memory.record = full  # type: ignore[method-assign]
    with pytest.raises(OSError, match="full"):
        run(Scripted(upper), segments("a"), memory)


def full(engine: str, answers: Any, sample: int = 0) -> None:
    raise OSError("full")


def test_an_interrupt_keeps_what_is_recorded_and_ends_the_calls() -> None:
    engine = Scripted(upper, Capabilities(max_items=1))

    def respond(batch: Sequence[Query]) -> Iterable[Outcome]:
        if batch[0].text == "c":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            assert engine.closed.wait(10)
            raise busy()
        return upper(batch)

    engine.respond = respond
    memory = Memory()
    with pytest.raises(KeyboardInterrupt):
        run(engine, segments("a", "b", "c", "d"), memory)
    assert memory.said() == ["A", "B"]
    assert "d" not in [text for batch in engine.batches for text in batch]
