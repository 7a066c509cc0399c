"""Words are read piece by piece; what is read is what one pattern finds in the whole text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa import chat_signs
from mtqa.checks.words import MARKS, WIDE, folded, masked, words
from mtqa.facts import Facts
from mtqa.inline import Text

_LETTER = rf"(?:(?![{WIDE}])[^\W\d_]|[{MARKS}])"
WORD = re.compile(rf"[{WIDE}]|{_LETTER}+(?:['’]{_LETTER}+)*")
SAMPLES = "aB9_'’ .,-\u00a0\u0301İßé„“中文कि한ไ\U00020000"


@given(st.text(st.one_of(st.sampled_from(SAMPLES), st.characters(exclude_categories=["Cs"])), max_size=60))
def test_words_in_pieces_are_the_words_of_the_text(text: str) -> None:
    """Whatever the script: the same words, and as many of them folded."""
    facts = Facts(Text(text), "de")
    assert facts.once(words) == tuple(WORD.findall(facts.once(masked)))
    assert facts.once(folded) == tuple(word.casefold() for word in facts.once(words))


@pytest.mark.parametrize(("sorry", "then"), chat_signs.REFUSALS)
@given(data=st.data())
def test_a_refusal_begins_with_the_letters_of_an_apology(data: st.DataObject, sorry: str, then: str) -> None:
    """What is left out by the quick look at the beginning of a text would not be found by the long one."""
    text = data.draw(st.from_regex(re.compile(rf"\s?(?:{sorry}){then}", re.IGNORECASE), fullmatch=True))
    assert chat_signs.refusal(text, "") is not None
    assert chat_signs.may_apologise(text.split(" ")[0])
