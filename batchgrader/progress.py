"""Shows how far a run is: a bar where there is a terminal, a line a hand-in elsewhere."""

import sys
from collections import Counter

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from batchgrader.grade import Quiet
from batchgrader.table import WIDTH


class Lines(Quiet):
    """One line for each hand-in."""

    def __init__(self, file=None):
        self.file, self.count, self.due = file or sys.stdout, 0, 0

    def begin(self, due, unchanged):
        """Say how much there is to do."""
        self.due = due
        self._say(f"{due + unchanged} hand-ins, {due} of them new or changed.")

    def graded(self, student, result):
        """Say what came of one hand-in."""
        self.count += 1
        self._say(f"  {self.count:3} of {self.due}  {student:24.24} {result.outcome}"
                  + (", needs a person" if result.person else ""))

    def again_alone(self, student):
        """Say which hand-in is graded again, and why."""
        self._say(f"  {student} met a time limit; it is graded again alone")

    def _say(self, line):
        print(line, file=self.file, flush=True)


class Bar(Quiet):
    """A bar with the number of hand-ins by outcome and the time left; a context manager."""

    def __init__(self):
        self.outcomes = Counter()
        console = Console(stderr=True)
        console.width = min(console.width, WIDTH)
        self.bar = Progress(
            BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", table_column=Column(no_wrap=True)), console=console)
        self.task = None

    def begin(self, due, unchanged):
        """Show the empty bar, if there is something to do."""
        self.bar.console.print(f"{due + unchanged} hand-ins, {due} of them new or changed.")
        if due:
            self.bar.start()
            self.task = self.bar.add_task("", total=due)

    def graded(self, student, result):
        """Move the bar on."""
        self.outcomes[result.outcome] += 1
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.most_common())
        self.bar.update(self.task, advance=1, description=counts)

    def again_alone(self, student):
        """Say which hand-in is graded again, and why."""
        self.bar.console.print(f"{student} met a time limit; it is graded again alone.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bar.stop()
