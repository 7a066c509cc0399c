"""Words are read piece by piece; what is read is what one pattern finds in the whole text."""

import re

from hypothesis import given
from hypothesis import strategies as st

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
