from mtqa.model import Failure, Missing
from mtqa.translate.troubles import Troubles


def test_reasons_are_counted_by_engine_and_kind() -> None:
    troubles = Troubles()
    for n in range(3):
        troubles.failed(f"f#{n}", Failure("b", Missing.FAILED, f"b: took {n} s; raise timeout"))
    troubles.failed("f#1", Failure("a", Missing.REFUSED, "policy"))
    troubles.failed("f#1", Failure("a", Missing.ABSTAINED, "not in the file"))
    found = [(t.engine, t.kind, t.reason, t.todo, t.segments, t.example) for t in troubles.all()]
    assert found == [
        ("a", "refused", "policy", "see what the engine does not take", 1, "f#1"),
        ("b", "failed", "b: took 0 s", "raise timeout", 3, "f#0"),
    ]


def test_a_server_that_quotes_every_text_does_not_fill_the_memory() -> None:
    troubles = Troubles()
    for first in "abcdefghijklmnopqrstuvwxyz":
        for second in "abcdefghij":
            troubles.failed("f#1", Failure("e", Missing.FAILED, f"cannot translate {first}{second}"))
    assert len(troubles.all()) == 51
    assert troubles.all()[0].reason == "other reasons"
    assert sum(t.segments for t in troubles.all()) == 260
