"""Where two wordings go apart."""

from hypothesis import given
from hypothesis import strategies as st

from mtqa.checks.alignment import gaps
from mtqa.checks.words import content
from mtqa.facts import Facts
from mtqa.inline import Text

WORDS = st.lists(
    st.sampled_from(["alpha", "bravo", "delta", "gamma", "kappa", "lambda", "sigma", "omega"]), max_size=12
)


def facts(words: list[str]) -> Facts:
    return Facts(Text(" ".join(words)), "en")


def between(one: str, other: str) -> list[tuple[str, str]]:
    ours, theirs = one.split(), other.split()
    found = gaps(facts(ours), facts(theirs))
    return [(" ".join(ours[g.here : g.until]), " ".join(theirs[g.there : g.end])) for g in found]


def test_what_is_gone_has_nothing_in_its_place() -> None:
    assert between("alpha bravo omega", "alpha bravo gamma delta omega") == [("", "gamma delta")]


def test_what_is_worded_otherwise_has_other_words_there() -> None:
    assert between("alpha kappa sigma omega", "alpha gamma delta omega") == [("kappa sigma", "gamma delta")]


def test_words_in_another_order_hold_nothing_together() -> None:
    assert between("gamma alpha bravo", "alpha bravo gamma") == [("", "gamma")]


@given(WORDS, WORDS)
def test_what_is_outside_the_gaps_is_in_both_in_order(ours: list[str], theirs: list[str]) -> None:
    one, other = facts(ours), facts(theirs)
    found = list(gaps(one, other))
    places = [place for gap in found for place in range(gap.there, gap.end)]
    assert places == sorted(set(places))
    rest = [word for place, word in enumerate(other.once(content)) if place not in places]
    left = iter(one.once(content))
    assert all(word in left for word in rest)
    assert not found or one.once(content) != other.once(content)
