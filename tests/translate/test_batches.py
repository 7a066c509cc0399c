from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mtqa.inline import Code, Markup, Text
from mtqa.model import Candidate, Segment, Usage
from mtqa.ports import Answer, Capabilities
from mtqa.translate import damage
from mtqa.translate.jobs import Job, Reply, batches


def job(number: int, text: str, target_lang: str = "de") -> Job:
    segment = Segment(f"f#{number}", "f", str(number), Text(text), "en", target_lang)
    return Job.of(segment, "engine", Capabilities())


texts = st.lists(st.tuples(st.text(max_size=30), st.sampled_from(["de", "fr"])), max_size=40)


@given(texts, st.integers(1, 7), st.integers(1, 60))
def test_batches_keep_every_job_once_in_order_and_respect_the_limits(
    given_texts: list[tuple[str, str]], max_items: int, max_chars: int
) -> None:
    jobs = [job(n, text, language) for n, (text, language) in enumerate(given_texts)]
    made = list(batches(jobs, Capabilities(max_items=max_items, max_chars=max_chars)))
    assert [j for batch in made for j in batch] == jobs
    for batch in made:
        assert 1 <= len(batch) <= max_items
        assert len(batch) == 1 or sum(len(j.text) for j in batch) <= max_chars
        assert len({j.languages for j in batch}) == 1


@given(texts, st.integers(1, 7), st.integers(1, 60))
def test_no_two_neighbouring_batches_could_be_one(
    given_texts: list[tuple[str, str]], max_items: int, max_chars: int
) -> None:
    jobs = [job(n, text, language) for n, (text, language) in enumerate(given_texts)]
    made = list(batches(jobs, Capabilities(max_items=max_items, max_chars=max_chars)))
    for one, next_one in pairwise(made):
        full = len(one) == max_items or sum(len(j.text) for j in [*one, next_one[0]]) > max_chars
        assert full or one[0].languages != next_one[0].languages


def coded(edge: str = "b") -> Segment:
    source = Text(
        " ", Code("1", "open", f"<{edge}>"), "Press ", Code("2", "empty", "<n/>"), " & go",
        Code("1", "close", f"</{edge}>"),
    )  # fmt: skip
    return Segment("f#1", "f", "1", source, "en", "de")


def test_edges_stay_here_and_come_back() -> None:
    capabilities = Capabilities(Markup.XML)
    made = Job.of(coded(), "engine", capabilities)
    assert made.text == 'Press <x id="1"/> &amp; go'
    text = made.candidate("e", Reply('Los &amp; <x id="1"/>'), capabilities, cached=False).text
    assert text == Text(" ", Code("1", "open", "<b>"), "Los & ", Code("2", "empty", "<n/>"), Code("1", "close", "</b>"))


def test_unpeeled_and_unmarked_texts() -> None:
    assert Job.of(coded(), "e", Capabilities(Markup.TOKENS, peeled=False)).text == " <g1>Press <x2/> & go</g1>"
    bare = Capabilities()
    made = Job.of(coded(), "e", bare)
    assert made.text == "Press  & go"
    assert made.candidate("e", Reply("A < b &amp;"), bare, cached=False).text.plain == " A < b &amp;"


def test_the_key_follows_what_is_asked_and_nothing_else() -> None:
    capabilities = Capabilities(Markup.XML)
    same = Job.of(coded("i"), "e", capabilities)  # other markup around it, same text in the engine's eyes
    assert same.key == Job.of(coded(), "e", capabilities).key
    keys = {
        same.key,
        Job.of(coded(), "other", capabilities).key,
        job(1, "a").key,
        job(1, "a", "fr").key,
        job(1, "b").key,
    }
    assert len(keys) == 5


@given(
    st.text(),
    st.none() | st.text(),
    st.none() | st.builds(Usage, st.none() | st.integers()),
    st.none() | st.floats(0, 1),
)
def test_a_kept_reply_makes_an_equal_candidate(
    text: str, model: str | None, usage: Usage | None, cost: float | None
) -> None:
    reply = Reply.of(Answer("q", text, model, usage, cost), 12)
    again = Reply.from_json(reply.to_json())
    made, capabilities = job(1, "a"), Capabilities(Markup.HTML)
    candidate = made.candidate("e", again, capabilities, cached=True)
    assert again == reply
    assert isinstance(candidate, Candidate)
    assert candidate.cached


@given(st.text())
def test_no_reply_makes_a_candidate_that_xml_cannot_carry(text: str) -> None:
    capabilities = Capabilities(Markup.HTML)
    made = job(1, "a")
    fault = made.fault(Reply(text), capabilities)
    target = made.candidate("e", Reply(text), capabilities, cached=False).text.plain
    legal = not any(c in "\ufffe\uffff" or "\ud800" <= c <= "\udfff" or (c < " " and c not in "\t\n\r") for c in target)
    assert ("which no XML file can carry" in (fault or ("", ""))[1]) == (not legal)
    if legal and target.strip():
        assert fault is None or damage.misread("a", target)
    else:
        assert fault
