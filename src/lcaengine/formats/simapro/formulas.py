"""Formulas of parameters and amounts, evaluated: numbers, names, the four operations, powers, conditions, functions.

Nothing else is there to call, so that a formula from outside can neither run code nor go on for ever.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from lcaengine.errors import DataError

__all__ = ["evaluate", "evaluate_all"]

LONGEST = 10_000
"""Most letters a formula may have."""
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "ARCTAN": math.atan,
    "COS": math.cos,
    "EXP": math.exp,
    "FRAC": lambda x: x - math.trunc(x),
    "INT": math.trunc,
    "LN": math.log,
    "ROUND": round,
    "SIN": math.sin,
    "SQR": lambda x: x * x,
    "SQRT": math.sqrt,
    "TAN": math.tan,
    "TRUNC": math.trunc,
}
"""Functions of one number; `log` is left out, since its base is not written down."""
CONSTANTS = {"PI": math.pi}
_OPERATORS: dict[type, Callable[[float, float], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NAME = re.compile(r"(?<![\w.])([^\W\d]\w*)")
_LEADING_ZEROS = re.compile(r"(?<![\w.])0+(?=\d)")
_PYTHON = re.compile(r"(?<![\w.])\d+(_|[xXoObB]\w|[jJ]\b)")
"""Numbers as Python alone writes them: 1_000, 0x10."""
_WORDS = {"and", "or", "not"}


def evaluate(formula: str, values: Mapping[str, float], where: str, decimal: str = ".") -> float:
    """Evaluate a formula.

    Parameters
    ----------
    formula : str
        With ``^`` for powers and ``iff(condition, value, value)``; names in any case.
    values : mapping of str to float
        Of the parameters, by name in capitals.
    where : str
        For the message.
    decimal : str
        Sign before decimals; where it is a comma, arguments are separated by semicolons.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If it is none that is read, names what is not there, or has no value.

    Examples
    --------
    >>> evaluate("2 * a^2 + iff(A >= 3; 0,5; 0)", {"A": 3.0}, "a process", ",")
    18.5
    """
    try:
        return _weigh(_parse(formula, decimal), values)
    except (ArithmeticError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError, KeyError) as error:
        text = f"{error.args[0]} is not known" if isinstance(error, KeyError) else " ".join(str(error).split())[:150]
        what = f"formula {formula!r:.120} cannot be evaluated: {text or type(error).__name__}"
        raise DataError(what, where, "correct it, or let the export convert expressions to constants") from error


def evaluate_all(
    formulas: Mapping[str, str], values: Mapping[str, float], where: str, decimal: str = "."
) -> dict[str, float]:
    """Evaluate parameters that may name one another.

    Parameters
    ----------
    formulas : mapping of str to str
        By name in capitals.
    values : mapping of str to float
        Of those that are known.
    where, decimal : str
        As for :func:`evaluate`.

    Returns
    -------
    dict of str to float
        What was known, and the others.

    Raises
    ------
    DataError
        As :func:`evaluate`, or if they name one another in a circle.

    Examples
    --------
    >>> evaluate_all({"C": "b + 1", "B": "2 * a"}, {"A": 1.0}, "a process")["C"]
    3.0
    """
    names = {name: _list_names(formula, where, decimal) & formulas.keys() for name, formula in formulas.items()}
    known = dict(values)
    try:
        for name in TopologicalSorter(names).static_order():
            known[name] = evaluate(formulas[name], known, f"{where}, {name}", decimal)
    except CycleError as error:
        circle = " > ".join(error.args[1][:6])
        raise DataError(f"parameters need one another: {circle}", where, "give one of them a number") from error
    return known


def _list_names(formula: str, where: str, decimal: str) -> set[str]:
    try:
        return {n.id[1:] for n in ast.walk(_parse(formula, decimal)) if isinstance(n, ast.Name)}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        evaluate(formula, {}, where, decimal)  # which says what is wrong
        return set()


@lru_cache(maxsize=4096)
def _parse(formula: str, decimal: str) -> ast.expr:
    """Parse a formula as an expression of Python, every name in capitals behind an underscore."""
    if len(formula) > LONGEST:
        raise ValueError(f"it has {len(formula)} letters")
    text = formula.strip()
    if _PYTHON.search(text):
        raise ValueError("a number is written with digits, and a decimal sign")
    if decimal != ".":
        text = re.sub(re.escape(decimal) + r"(?=\d)", ".", text).replace(";", ",")
    text = _NAME.sub(lambda m: m[1].lower() if m[1].lower() in _WORDS else "_" + m[1].upper(), text)
    text = _LEADING_ZEROS.sub("", text.replace("^", "**").replace("<>", "!="))
    text = re.sub(r"(?<![<>=!])=(?!=)", "==", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Python warns of `1if`, which is no formula either
        return ast.parse(text.replace("\n", " "), mode="eval").body


def _weigh(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            name = name[1:]
            return values[name] if name in values else CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub()):
            return -_weigh(node.operand, values)
        case ast.UnaryOp(op=ast.UAdd()):
            return _weigh(node.operand, values)
        case ast.UnaryOp(op=ast.Not()):
            return float(not _weigh(node.operand, values))
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            return _real(_OPERATORS[type(op)](_weigh(node.left, values), _weigh(node.right, values)))
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return _real(_OPERATORS[type(op)](_weigh(node.left, values), _weigh(right, values)))
        case ast.BoolOp(op=op, values=parts):
            each = [bool(_weigh(part, values)) for part in parts]
            return float(all(each) if isinstance(op, ast.And) else any(each))
        case ast.Call(func=ast.Name(id="_IFF"), args=[condition, first, second], keywords=[]):
            return _weigh(first if _weigh(condition, values) else second, values)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name[1:] in FUNCTIONS:
            return float(FUNCTIONS[name[1:]](_weigh(argument, values)))
    raise ValueError(f"{ast.unparse(node).replace('_', '')[:60]!r} is not read")


def _real(value: object) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise ValueError("a root of a negative number is no number")
