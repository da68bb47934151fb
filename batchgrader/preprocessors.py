"""Steps that nbgrader's own commands take for a course that lists them in nbgrader_config.py."""

from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Bool


class ForgiveStderr(NbGraderPreprocessor):
    """Shows a test's standard error as standard output, for Autograde, after Execute.

    nbgrader gives 0 points to a test with any output on standard error (nbgrader/utils.py,
    determine_grade), and TensorFlow, absl and Python's warnings all write there.
    """

    def preprocess_cell(self, cell, resources, index):
        if is_grade(cell) and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.name = "stdout"
        return cell, resources


class HideHiddenTests(ClearHiddenTests):
    """Takes hidden tests out of feedback, and the lines of them that a traceback shows."""

    show = Bool(False, help=(
        "Leave the hidden tests in, with the right answers in them: after the deadline, say."
    )).tag(config=True)

    def preprocess_cell(self, cell, resources, index):
        hidden = self.begin_test_delimeter in cell.source
        if self.show:
            return cell, resources
        cell, resources = super().preprocess_cell(cell, resources, index)
        if hidden and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "error" and len(output.traceback) > 1:
                    output.traceback = [_in_one_line(output)]
        return cell, resources


def _in_one_line(error):
    line = f"{error.ename}: {error.evalue}"
    if error.ename == "NameError":
        line += " (the cell that defines it is empty, stopped with an error, or was removed)"
    return line
