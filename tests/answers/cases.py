"""Reads a table of answers, and makes the usual fair spellings and wrong shapes of a shape."""

import ast
import tomllib
from dataclasses import dataclass

MOST = 7  # cases of a question on each side: each costs a hand-in that has to be graded


@dataclass(frozen=True)
class Case:
    """One answer to one question. tests: those it must fail; empty for a right answer."""

    question: str
    code: str
    tests: tuple = ()
    says: str = ""


@dataclass(frozen=True)
class Question:
    """A question: its answer cell, the tests it decides, right and wrong answers."""

    answer: str
    tests: tuple
    accept: tuple
    reject: tuple


def read_table(path):
    """Return the questions of the table at `path`."""
    rows = tomllib.loads(path.read_text())["question"]
    return [_question(row, number) for number, row in enumerate(rows)]


def _question(row, number):
    answer, tests = row["answer"], tuple(row["tests"])
    accept, reject = list(row.get("accept", ())), list(row.get("reject", ()))
    if "right" in row:
        right = ast.literal_eval(row["right"])
        spelled = [f"{row['name']} = {code}" for code in fair_spellings(right)]
        accept = (accept + spelled)[:MOST]
        written = {case["code"] for case in reject}
        wrong = [f"{row['name']} = {code}" for code in wrong_shapes(right)]
        wrong = wrong[number % len(wrong):] + wrong[:number % len(wrong)]  # others each time
        reject = (reject + [{"code": code} for code in wrong if code not in written])[:MOST]
    return Question(answer, tests,
                    tuple(Case(answer, code) for code in accept),
                    tuple(Case(answer, case["code"], tuple(case.get("tests", tests)),
                               case.get("says", "")) for case in reject))


def fair_spellings(right):
    """Return ways to write the shape, or the tuple of shapes, `right` as Python."""
    if right and isinstance(right[0], tuple):
        shapes = [list(shape) for shape in right]
        return [f"{right}", f"{shapes}", f"{[tuple(shape) for shape in right]}",
                f"tuple(tf.TensorShape(shape) for shape in {shapes})"]
    numpy = ", ".join("None" if size is None else f"np.int64({size})" for size in right)
    return [f"{right}", f"{list(right)}", f"({numpy},)", f"tf.TensorShape({list(right)})",
            f"tuple({list(right)})  # in order", f"(\n    {', '.join(map(str, right))},\n)"]


def wrong_shapes(right):
    """Return wrong ways: each axis dropped, swapped, off by one; wrong types and tricks."""
    if right and isinstance(right[0], tuple):
        return [*(f"{right[:i] + (tuple(ast.literal_eval(code)),) + right[i + 1:]}"
                  for i, shape in enumerate(right) for code in _wrong_sizes(shape)[:3]),
                f"{right[:-1]}", f"{right + right[-1:]}", f"{right[0]}", f"'{right}'"]
    text = ", ".join(f"'{size}'" for size in right)
    floats = ", ".join("None" if size is None else f"{size}.0" for size in right)
    trick = f"type('Same', (tuple,), {{'__eq__': lambda a, b: True, '__hash__': None}})({right})"
    return [*_wrong_sizes(right), f"'{right}'", f"({text},)", f"({floats},)", trick,
            f"{right[-1]}", f"[{right}, {right}]", f"np.zeros({[size or 1 for size in right]})",
            f"set({right})", f"(True, *{right}[1:])"]


def _wrong_sizes(right):
    """Return shapes with an axis dropped, swapped, off by one, or None for a number."""
    axes = range(len(right))
    shapes = [right[:i] + right[i + 1:] for i in axes if len(right) > 1]
    shapes += [right[:i] + (right[i + 1], right[i]) + right[i + 2:] for i in axes[:-1]]
    shapes += [right[:i] + ((right[i] or 31) + 1,) + right[i + 1:] for i in axes]
    shapes += [(None if right[0] else 32, *right[1:]), (*right, 1)]
    return [str(shape) for shape in dict.fromkeys(shapes) if shape != right]
