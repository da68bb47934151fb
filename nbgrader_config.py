"""nbgrader's settings for this course; what differs from nbgrader's defaults, and why."""

import os

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearMarkScheme, Execute, GetGrades

from batchgrader.preprocessors import ForgiveStderr, HideHiddenTests
from coursebuild.leaks import NoteSecrets, StopLeaks

c = get_config()

c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "lstm_outputs"

# Points depend on these packages too: when one changes, hand-ins are graded again.
c.BatchGrader.depends_on = ["lstm_marking", "lstm_outputs"]

# These cells show arrays to be read; the tests on what was read do not need them.
c.BatchGrader.only_shown = ["ps*_read_*", "ps4_arrays", "ps4_all_hidden", "ps5_arrays"]

# An answer starts as three dots that a check can speak about kindly, so the stub under
# them is a comment and not an error.
c.ClearSolutions.code_stub = {"python": "# Write your answer here."}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"

# A mark scheme stands in a locked cell after the answer, where the grader sees it.
c.ClearMarkScheme.enforce_metadata = False

# A test cell that a student deleted is put back. Without this it would count 0 in silence.
c.OverwriteCells.add_missing_cells = True

# Seconds for one cell; an endless loop is stopped then, and the next cells still run. Importing
# TensorFlow takes 5 of them, and 20 on a busy machine.
c.Execute.timeout = 60
c.Execute.error_on_timeout = {
    "ename": "TimeoutError", "evalue": "stopped after 60 seconds",
    "traceback": ["This cell was stopped after 60 seconds. Is there a loop that does not end?"]}
c.Execute.extra_arguments = [
    "--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]

# A release is scanned for what only the instructor may see.
c.GenerateAssignment.preprocessors = [
    NoteSecrets, *GenerateAssignment.preprocessors.default_args[0], StopLeaks]

# A warning on standard error is no mistake of the student's.
steps = Autograde.autograde_preprocessors.default_args[0]
after = steps.index(Execute) + 1
c.Autograde.autograde_preprocessors = [*steps[:after], ForgiveStderr, *steps[after:]]

# Feedback shows neither hidden tests nor mark schemes. After the deadline, c.HideHiddenTests.show
# = True leaves the hidden tests in, and with them the right answers.
c.GenerateFeedback.preprocessors = [
    GetGrades, HideHiddenTests, ClearMarkScheme, CSSHTMLHeaderPreprocessor]
