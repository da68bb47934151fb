"""What a hand-in of several notebooks comes to."""

from batchgrader.result import Book, Question, Result


def _book(outcome, person=""):
    return Book({"same_name": Question(0, 1, outcome, person)}, {}, (), "")


def test_notebooks_may_use_the_same_name_for_a_question():
    """The one that did not go well is not hidden by the other, whichever comes first."""
    bad, good = _book("died", "look at it"), _book("graded")
    for books in ({"a": bad, "b": good}, {"a": good, "b": bad}):
        result = Result.of(books, uncertain=False)
        assert (result.outcome, result.person) == ("died", "same_name: look at it")
