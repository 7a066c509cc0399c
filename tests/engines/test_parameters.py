"""What a server rejects is left out, also when several calls meet the same rejection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.faults import Fault
from mtqa.engines.parameters import LIMIT, Form, Parameters, form, merged


def fault(text: str, param: str | None = None) -> Fault:
    return Fault(400, {"error": {"message": text, "param": param}}, text)


def test_two_calls_that_sent_the_same_form_reject_it_once() -> None:
    first, second = Form(("mode",), {"mode": 1}), Form(("mode",), {"mode": 2})
    parameters = Parameters({"mode": [first, second]})
    one, other = parameters.forms, parameters.forms
    assert parameters.reject(fault("mode?"), one)
    assert parameters.reject(fault("mode?"), other)
    assert parameters.forms == [second]
    assert parameters.left_out == ()
    assert parameters.reject(fault("mode?"), parameters.forms)
    assert (parameters.forms, parameters.left_out) == ([], ("mode",))


@pytest.mark.parametrize(
    ("said", "rejected"),
    [
        (fault("temperature: Extra inputs are not permitted"), True),
        (fault("Unsupported value: 'Temperature'"), True),
        (fault("bad", "options.temperature"), True),
        (fault("about temperature", "messages"), False),
        (fault("color_temperature is bad"), False),
        (fault("something else"), False),
    ],
)
def test_a_fault_names_what_it_is_about(said: Fault, rejected: bool) -> None:
    parameters = Parameters({"temperature": form("temperature", 0)})
    assert parameters.reject(said, parameters.forms) is rejected


@given(st.integers(1, 10**6))
def test_forms_are_merged_into_each_other(limit: int) -> None:
    forms = [Form((), {"config": {"a": 1}}), Form((), {"config": {"most": LIMIT}, "b": [2]})]
    body = {"config": {"own": 0}, "model": "m"}
    assert merged(body, forms, limit) == {"config": {"own": 0, "a": 1, "most": limit}, "model": "m", "b": [2]}
    assert body == {"config": {"own": 0}, "model": "m"}
