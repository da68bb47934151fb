"""The small course with a class, before and after a run that nothing disturbed."""

import shutil

import batch
import pytest
import warm
from shared import shared


@pytest.fixture(scope="session")
def handed_in(tmp_path_factory):
    """The class, with nothing graded. Copy it before a change."""
    return shared(tmp_path_factory, "handed_in", batch.make_class)


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory, handed_in):
    """The class, graded by a run that nothing disturbed. Copy it before a change."""
    def make(folder):
        shutil.copytree(handed_in, folder, dirs_exist_ok=True)
        assert warm.run(folder, "grade", "small").code == 1

    return shared(tmp_path_factory, "graded_class", make)


@pytest.fixture(scope="session")
def undisturbed(graded_class):
    return batch.state(graded_class)
