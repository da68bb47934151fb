"""Names that cells take from others, and those that they give to others."""

import pytest

from batchgrader import scope

TAKEN = [  # code, the names of P, Q, R that it takes from cells before it
    ("x = P\nP = 1", "P"), ("P = 1\nx = P", ""), ("P = P + 1", "P"), ("P += 1", "P"),
    ("del P", "P"), ("P.append(1)", "P"), ("P[Q] = R", "PQR"), ("x: P = 1", "P"),
    ("P: int\nP", "P"), ("if Q:\n    P = 1\nP", "PQ"), ("for P in Q:\n    P", "PQ"),
    ("def f(P):\n    return P, Q\nQ = 1", "Q"), ("def f(x=P) -> Q:\n    R = 1\n    return R", "PQ"),
    ("@P\ndef f():\n    global Q\n    Q = 1", "PQ"), ("lambda P: (P, Q)", "Q"),
    ("lambda P=P: P", "P"), ("class C:\n    P = P", "P"),
    ("class C:\n    def f(self):\n        P", "P"),
    ("class C(P):\n    Q = [Q for _ in R]", "PQR"), ("P = [P[i] for i in Q]", "PQ"),
    ("P = {k: P for k in Q}", "PQ"), ("def f():\n    return [P for _ in Q]", "PQ"),
    ("def f():\n    class C:\n        P = P", "P"), ("print(f'{P}')", "P"),
    ("'P'", ""), ("# P", ""),
    ("eval('P')", "P"), ("%time P", "P"), ("!echo {P}", "P"), ("x = (P", "P"), ("await P", "P"),
    ("return P", "P"), ("from P import Q as R\nR, Q", "Q"), ("import Q.x\nQ", ""),
    ("try:\n    P\nexcept Q as R:\n    R", "PQR"), ("with P as Q:\n    Q", "PQ"),
    ("match P:\n    case [Q]:\n        Q", "PQ"), ("frame.query('a > @P')", "P"),
    ("from __main__ import P", "P"), ("f'{(lambda: P)()}'", "P"),
]
GIVEN = [  # code, the names of P, Q, R that it binds; None if only running it tells
    ("P = 1", "P"), ("P, (Q, *R) = x", "PQR"), ("P += 1", "P"), ("P: int = 1", "P"),
    ("for P in x:\n    Q = 1", "PQ"), ("with x as P:\n    pass", "P"), ("(P := 1)", "P"),
    ("[(P := i) for i in x]", "P"), ("try:\n    x\nexcept E as P:\n    pass", "P"),
    ("match x:\n    case [P, *Q]:\n        pass", "PQ"), ("import P.x, y as Q", "PQ"),
    ("from x import P as Q", "Q"), ("def P():\n    Q = 1", "P"), ("class P:\n    Q = 1", "P"),
    ("def f():\n    global P\n    P = 1", "P"), ("P.x = Q[0] = 1", ""), ("print(P)", ""),
    ("lambda P: P", ""), ("from x import *", None), ("exec('P = 1')", None),
    ("%time P = 1", None), ("P = (1", None), ("P = 1\nreturn", "P"), ("globals()['P'] = 1", None),
]


@pytest.mark.parametrize("code, names", TAKEN)
def test_names_that_a_cell_takes(code, names):
    assert scope.taken(code) & {*"PQR"} == {*names}


@pytest.mark.parametrize("code, names", GIVEN)
def test_names_that_a_cell_gives(code, names):
    given = scope.given(code)
    assert given is None if names is None else given & {*"PQR"} == {*names}


def test_the_words_of_pasted_data_are_not_kept():
    kept = scope._taken.cache_info().currsize
    assert "P" in scope.taken("P\n" + "x" * 300_000)
    assert scope._taken.cache_info().currsize == kept
