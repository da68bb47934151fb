"""What grading a hand-in gives, as plain data that JSON can hold."""

from dataclasses import asdict, dataclass, field

# Of a question. "graded": points were given, or a person gives them.
GRADED, WRONG, ERROR = "graded", "wrong", "error"
# Of a question or of a hand-in, from the worst.
NOT_GRADABLE, SYSTEM_ERROR = "not gradable", "system error"
WORST_FIRST = (SYSTEM_ERROR, NOT_GRADABLE, "died", "out of memory", "out of time",
               "too much output")


@dataclass(frozen=True)
class Question:
    """One cell that gives points.

    points: None if only a person can give them. person: why one has to look, or "". inside:
    whether the test ran in the student's process, where it can be forged.
    """

    points: float | None
    most: float
    outcome: str
    person: str = ""
    inside: bool = False


@dataclass(frozen=True)
class Book:
    """One notebook of a hand-in. copy: the graded notebook, as its file's text.

    comments: {grade_id: nbgrader's own comment on an answer, or None}.
    repairs: sentences on what was put right before it was graded.
    """

    questions: dict[str, Question]
    comments: dict[str, str | None]
    repairs: tuple[str, ...]
    copy: str


@dataclass(frozen=True)
class Result:
    """One hand-in. books: {notebook: Book, or None if it was not handed in}.

    outcome: "graded" or one of WORST_FIRST. person: why a person has to look, or "".
    uncertain: a limit of time was met, and an idle machine might have been fast enough.
    """

    outcome: str
    person: str = ""
    books: dict[str, Book | None] = field(default_factory=dict)
    uncertain: bool = False

    @classmethod
    def of(cls, books, uncertain):
        """Return the Result of graded notebooks: as good as the worst of their questions."""
        # Notebooks may use the same grade_id.
        questions = [item for book in books.values() if book for item in book.questions.items()]
        outcomes = {question.outcome for _, question in questions}
        worst = next((outcome for outcome in WORST_FIRST if outcome in outcomes), GRADED)
        reasons = [f"{name}: {question.person}" for name, question in questions
                   if question.person]
        return cls(worst, "; ".join(reasons), books, uncertain)

    def summary(self):
        """Return all but the notebooks themselves, for JSON."""
        record = asdict(self)
        for book in record["books"].values():
            if book:
                del book["copy"]
        return record

    @classmethod
    def from_summary(cls, record):
        """Return the Result of a summary, without notebooks."""
        books = {name: book and Book(
            {key: Question(**question) for key, question in book["questions"].items()},
            book["comments"], tuple(book["repairs"]), "")
            for name, book in record["books"].items()}
        return cls(record["outcome"], record["person"], books)
