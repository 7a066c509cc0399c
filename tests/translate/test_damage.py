import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.translate.damage import cut, misread, other_model, shifted

LONG = "The pump stops. Close the valve. Wait a minute. Open it again."


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (LONG, "Die Pumpe stoppt.", "1 of 4"),
        (LONG, "Die Pumpe stoppt. Ventil schließen. Eine Minute warten. Wieder öffnen.", ""),
        (LONG, "ポンプが止まります。バルブを閉めます。1分待ちます。再び開けます。", ""),
        (LONG, "ポンプが停止します。", "1 of 4"),
        (LONG, "The pump stops, then close the valve, wait a minute and open it again", ""),  # joined, not lost
        ("One. Two.", "Eins.", ""),
    ],
)  # fmt: skip
def test_lost_sentences(source: str, target: str, found: str) -> None:
    assert cut(source, target).startswith(found)
    assert bool(cut(source, target)) == bool(found)


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        ("it's", "c&#39;est", "&#39; is left escaped"),
        ("A & B", "A &amp; B", "&amp; is left escaped"),
        ("write &lt;b&gt;", "schreibe <b>", "read once too often"),
        ("write &lt;b&gt;", "schreibe &lt;b&gt;", ""),
        ("&lt;b&gt;now!&lt;/b&gt;", "&lt;b&gt;vite&nbsp;!&lt;/b&gt;", ""),
        ("a wug", "un *wug", "does not know a word: *wug"),
        ("a *wug", "un *wug", ""),
        ("very wug", "muy *wug*", ""),
        ("mail me", "me @escriba", ""),  # another word: an address or a handle of the translator's
    ],
)
def test_escapes_and_unknown_words(source: str, target: str, found: str) -> None:
    assert found in misread(source, target)
    assert bool(misread(source, target)) == bool(found)


def test_shifted_lines() -> None:
    sources = ["Page {n}", "See http://x.org/a", "Ready", "In 2,500 days"]
    good = ["Seite {n}", "Siehe http://x.org/a.", "Fertig", "In 2.500 Tagen"]
    assert not shifted(list(zip(sources, good, strict=True)))
    assert shifted(list(zip(sources, [*good[1:], good[0]], strict=True)))
    assert shifted(list(zip(sources, [good[-1], *good[:-1]], strict=True)))
    assert not shifted([("a 5", "fünf"), ("b 5", "b 5")]), "the neighbour has its own five"
    assert not shifted([("3 days", "drei Tage"), ("Ready", "Fertig")])


@given(st.lists(st.text(), max_size=6))
def test_a_copy_is_never_damaged(texts: list[str]) -> None:
    assert not shifted([(text, text) for text in texts])
    assert not any(cut(text, text) or misread(text, text) for text in texts)


@pytest.mark.parametrize(
    ("asked", "answered", "other"),
    [
        ("m-4", "m-4", False),
        ("m-4", "m-4-2024-08-06", False),
        ("Vendor/M-4", "m-4", False),
        ("m-4", "m-3", True),
    ],
)
def test_models(asked: str, answered: str, other: bool) -> None:
    assert other_model(asked, answered) is other
