"""Formulas: what they give is what a pocket calculator gives, and what is none is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcaengine.errors import DataError
from lcaengine.formats.simapro.formulas import evaluate, evaluate_all


@pytest.mark.parametrize(
    ("formula", "decimal", "value"),
    [
        ("1 + 2 * 3 - 4 / 8", ".", 6.5),
        ("-2^2", ".", -4.0),
        ("2^3^2", ".", 512.0),
        ("1,5 * 2", ",", 3.0),
        ("007 + 1e3", ".", 1007.0),
        ("if_ * Lambda + YIELD", ".", 7.0),
        ("Iff(if_ = 1; 10,5; 20)", ",", 10.5),
        ("iff(if_ <> 1, 10, iff(lambda >= 2, 30, 40))", ".", 30.0),
        ("iff(1 > 2, 1/0, 5)", ".", 5.0),
        ("iff(if_ = 1 and not lambda = 3, 1, 0)", ".", 1.0),
        ("sqrt(16) + sqr(3) + abs(-1) + int(2.7) + trunc(-2.7) + round(1.6)", ".", 4 + 9 + 1 + 2 - 2 + 2),
        ("ln(exp(2)) + frac(2.25)", ".", 2.25),
        ("2 * pi", ".", 2 * math.pi),
    ],
)
def test_formulas_have_their_value(formula: str, decimal: str, value: float) -> None:
    given = {"IF_": 1.0, "LAMBDA": 2.0, "YIELD": 5.0}
    assert evaluate(formula, given, "here", decimal) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "a b",
        "__import__('os')",
        "x.y",
        "x[0]",
        "lambda: 1",
        "log(2)",
        "1 if 1 else 2",
        "1if",
        "'a' * 9",
        "(x := 1)",
    ],
)
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(DataError, match="cannot be evaluated") as caught:
        evaluate(formula, {"X": 1.0}, "here")
    assert (caught.value.where, bool(caught.value.fix)) == ("here", True)


@given(st.text(alphabet="0123456789.,;()+-*/^=<> aIif_e\n'\"[]{}:%\\#@", max_size=40))
def test_no_text_gives_a_traceback(formula: str) -> None:
    try:
        value = evaluate(formula, {"A": 2.0}, "here", ",")
    except DataError:
        return
    assert isinstance(value, float)


def test_parameters_wait_for_one_another() -> None:
    # a = 2, b = a + 1 = 3, c = a * b = 6, given in the other order.
    assert evaluate_all({"C": "a*b", "B": "A+1"}, {"A": 2.0}, "here") == {"A": 2.0, "B": 3.0, "C": 6.0}
    chain = {f"P{at}": f"P{at - 1} + 1" for at in range(1, 5000)}
    assert evaluate_all(chain, {"P0": 0.0}, "here")["P4999"] == 4999.0
    with pytest.raises(DataError, match="need one another"):
        evaluate_all({"A": "b", "B": "a"}, {}, "here")
