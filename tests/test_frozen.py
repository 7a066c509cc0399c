"""Frozen classes are the dataclasses that they would be without ours."""

import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from inspect import Parameter, signature
from typing import Any

import pytest

from mtqa import model
from mtqa.frozen import frozen

NOUNS = [one for one in vars(model).values() if is_dataclass(one) and one.__module__ == model.__name__]


@frozen
class Ours:
    name: str
    number: int = 3
    more: list[str] = field(default_factory=list)
    aside: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Theirs:
    name: str
    number: int = 3
    more: list[str] = field(default_factory=list)
    aside: str = field(default="", compare=False, repr=False)


@pytest.mark.parametrize(
    ("given", "named"),
    [(("a",), {}), (("a", 1, ["x"], "y"), {}), ((), {"name": "a", "aside": "b"}), (("a",), {"more": None})],
)
def test_fields_are_what_was_given_or_their_default(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Ours(*given, **named), Theirs(*given, **named)
    assert asdict(ours) == asdict(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours == pickle.loads(pickle.dumps(ours)) == replace(ours, aside="other") != replace(ours, number=7)  # noqa: S301 - our own


def test_a_default_that_is_made_is_nobody_elses() -> None:
    assert Ours("a").more is not Ours("a").more


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), (("a", 1, [], "", 5), {}), (("a",), {"name": "b"}), (("a",), {"nope": 1})]
)
def test_wrong_arguments_are_refused(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Ours(*given, **named)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_nouns_cannot_be_changed(noun: type[Any]) -> None:
    told = signature(noun).parameters
    assert list(told) == [one.name for one in fields(noun)]
    one = noun(**{name: name for name, parameter in told.items() if parameter.default is Parameter.empty})
    for name in told:
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "other")
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        one.nothing_of_its_own = 1
    assert replace(one) == one
