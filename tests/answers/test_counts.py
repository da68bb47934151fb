"""The tables stay as large as they have to be to say that the exercises are fair."""

from pathlib import Path

from answers.cases import read_table

ROOT = Path(__file__).resolve().parents[2]
TABLES = {path.stem: read_table(path) for path in Path(__file__).parent.glob("*.toml")}


def test_every_exercise_has_its_table():
    assert sorted(TABLES) == sorted(path.stem for path in (ROOT / "content/exercises").glob("*.py"))


def test_there_are_enough_right_and_wrong_answers():
    questions = [question for table in TABLES.values() for question in table]
    assert all(question.accept and question.reject for question in questions)
    assert sum(len(question.accept) for question in questions) >= 60
    assert sum(len(question.reject) for question in questions) >= 150
