"""Hand-ins graded on a Dask cluster: a real scheduler, real workers that do not see the course.

The class is that of faults.toml; what comes out is compared with a run without a cluster.
"""

import contextlib
import json
import shutil
import signal
from pathlib import Path

import batch
import nbformat
import psutil
import pytest
import small_course
import warm
from batch import copied, differences, journal, left_over, state
from checks import heals, is_in_order, until
from dask_cluster import Cluster

import batchgrader
from batchgrader import cluster as cluster_module
from batchgrader.course import CourseError, open_course
from batchgrader.grade import grade as grade_here

pytestmark = pytest.mark.slow


@pytest.fixture
def course(handed_in, tmp_path):
    """The class, with nothing graded."""
    return copied(handed_in, tmp_path)


@pytest.fixture
def cluster(course, tmp_path):
    """Two workers, from which the course is hidden."""
    with contextlib.closing(Cluster(tmp_path / "dask", course)) as cluster:
        yield cluster


def grade(course, cluster, *arguments):
    return warm.Command(course, "grade", "small", "--scheduler", cluster.address, *arguments)


def test_the_same_points_and_nothing_is_left(course, cluster, undisturbed):
    ran = grade(course, cluster).ended()
    assert ran.code == 1, (ran, cluster.logs())
    is_in_order(course, ran)
    assert differences(state(course), undisturbed) == []
    until(lambda: not list(cluster.folder.rglob("library-*")), 10)
    assert grade(course, cluster, "--force").ended().code == 1  # by the same workers
    assert differences(state(course), undisturbed) == []


def test_a_worker_killed_in_the_middle_and_one_that_comes_late(course, cluster, undisturbed):
    command = grade(course, cluster)
    until(lambda: command.out.count("\n") > 1)
    cluster.workers[0].kill()
    cluster.worker()
    ran = command.ended()
    assert ran.code == 1, (ran, cluster.logs())
    is_in_order(course, ran)
    assert differences(state(course), undisturbed) == []


def test_all_workers_killed_and_others_come(course, cluster, undisturbed):
    """The scheduler holds what the run has brought, and gives it to each new worker."""
    command = grade(course, cluster)
    until(lambda: command.out.count("\n") > 1)
    for worker in cluster.workers:
        worker.kill()
    cluster.worker()
    ran = command.ended()
    assert ran.code == 1, (ran, cluster.logs())
    assert differences(state(course), undisturbed) == []


def test_a_hand_in_that_was_given_up_is_a_system_error(course, tmp_path, undisturbed):
    """Dask gives up on what was on too many workers that ended; no other run of it is begun."""
    impatient = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with contextlib.closing(Cluster(tmp_path / "dask", course, 1, **impatient)) as cluster:
        command = grade(course, cluster)
        until(lambda: command.out.count("\n") > 1)
        cluster.workers[0].kill()
        cluster.worker()
        ran = command.ended()
    assert ran.code == 1, (ran, cluster.logs())
    lost = [entry["result"] for entry in journal(course).values()
            if entry["result"]["outcome"] == "system error"]
    assert lost
    assert all(result["person"].startswith("KilledWorker: ") for result in lost)
    heals(course, undisturbed)


@contextlib.contextmanager
def in_the_middle(course, cluster):
    """Give a command that has graded one hand-in, and has one for which it takes a while."""
    batch.hand_in(course, "zoe", cell="import time\ntime.sleep(5)")
    command = grade(course, cluster)
    until(lambda: command.out.count("\n") > 1)
    yield command
    shutil.rmtree(course / "submitted/zoe")


def test_a_killed_scheduler_is_said_and_the_next_run_goes_on(course, cluster, undisturbed):
    with in_the_middle(course, cluster) as command:
        cluster.scheduler.kill()
        ran = command.ended()
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert "The connection to the scheduler is lost" in ran.err
    heals(course, undisturbed)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_a_run_has_brought_leaves_with_it(number, course, cluster, undisturbed):
    with in_the_middle(course, cluster) as command:
        command.signal(number)
        assert command.ended().code in (-number, 128 + number)
    assert left_over(course) == []
    assert all(worker.poll() is None for worker in cluster.workers)
    assert grade(course, cluster).ended().code == 1  # they are there for the next run
    assert differences(state(course), undisturbed) == []


def test_hand_ins_do_not_reach_the_cluster(course, cluster, undisturbed):
    host, port = cluster.address.removeprefix("tcp://").split(":")
    batch.hand_in(course, "caller", cell=(
        f"import socket\nsocket.create_connection(({host!r}, {port}), 5).send(b'x')"))
    batch.hand_in(course, "killer", cell=(
        "import os, signal\n"
        f"pids = [*range(2, 1000), *{[worker.pid for worker in cluster.workers]}]\n"
        "for pid in pids:\n"
        "    if pid != os.getpid():\n"
        "        try:\n            os.kill(pid, signal.SIGKILL)\n"
        "        except OSError:\n            pass"))
    batch.hand_in(course, "leaver", answers={"area": "import os\nos.kill(os.getppid(), 9)"},
                  cell="import os\nos._exit(1)")
    ran = grade(course, cluster).ended()
    assert ran.code == 1, (ran, cluster.logs())
    assert all(worker.poll() is None for worker in cluster.workers)
    shown = (course / "autograded/caller/small/small.ipynb").read_text()
    assert "OSError" in shown or "ConnectionRefusedError" in shown or "PermissionError" in shown
    theirs = state(course)["journal"]
    for student, entry in undisturbed["journal"].items():
        assert theirs[student]["result"] == entry["result"]


SETTINGS = """
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor

class Seen(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        nb.cells[0].source += " (seen)"
        return nb, resources

c.Autograde.autograde_preprocessors = [
    *Autograde.autograde_preprocessors.default_args[0], Seen]
c.BatchGrader.depends_on = ["lib/helpers"]
"""


def test_what_tests_import_is_sent_along(tmp_path, run):
    """Workers have neither the course nor its modules; an edit counts in the next run.

    What nbgrader_config.py itself defines goes, too.
    """
    course, answers = tmp_path / "course", "import math\n\nfrom helpers.answers import AREA"
    (course / "lib/helpers").mkdir(parents=True)
    (course / "lib/helpers/answers.py").write_text("AREA = 12\n")
    make_course(course, run, answers, SETTINGS)
    small_course.hand_in(course, "ada")
    with contextlib.closing(Cluster(tmp_path / "dask", course, workers=1)) as cluster:
        for area, points in ((12, 9), (13, 7)):
            (course / "lib/helpers/answers.py").write_text(f"AREA = {area}\n")
            printed = run("batchgrader", "grade", "small", "--json", "--scheduler",
                          cluster.address, cwd=course)
            assert json.loads(printed)["ada"]["score"] == points
    assert "(seen)" in (course / "autograded/ada/small/small.ipynb").read_text()


def make_course(course, run, imports, settings):
    """Make the small course with a hidden test that uses AREA, imported in that test."""
    small_course.make_course(run, course, settings)
    path = course / "source/small/small.ipynb"
    source = nbformat.read(path, as_version=4)
    for cell in source.cells:
        cell.source = cell.source.replace("assert area == 12", f"{imports}\nassert area == AREA")
    nbformat.write(source, path)
    run("nbgrader", "generate_assignment", "small", "--force", cwd=course)


# What cannot be done is said in one sentence, and nothing is lost

def refused(course, address, says):
    ran = warm.run(course, "grade", "small", "--scheduler", address)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert says in ran.err
    assert not (course / "autograded").exists() or not list((course / "autograded").iterdir())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://127.0.0.1:9", "nowhere"])
def test_no_scheduler(address, course):
    refused(course, address, f"No Dask scheduler answers at {address}")


def test_no_worker(course, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "WORKERS", 1)
    with contextlib.closing(Cluster(tmp_path / "dask", course, workers=0)) as cluster, \
            pytest.raises(CourseError, match=f"The scheduler at {cluster.address} has no worker"):
        grade_here(open_course(course), "small", scheduler=cluster.address)


def test_workers_with_another_grader(course, tmp_path):
    """One line of code is another: their points could be others, too."""
    other = tmp_path / "other"
    shutil.copytree(Path(batchgrader.__file__).parent, other / "batchgrader")
    with (other / "batchgrader/score.py").open("a") as file:
        file.write("# another\n")
    with contextlib.closing(Cluster(tmp_path / "dask", course, workers=0)) as cluster:
        cluster.worker(PYTHONPATH=str(other))
        refused(course, cluster.address, "has other versions than the grader (batchgrader")


def test_a_library_outside_the_course(course, cluster):
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.BatchGrader.depends_on = ["../other"]\n')
    refused(course, cluster.address, "names ../other, which is outside the course's folder")


def test_settings_that_cannot_be_sent(course, cluster):
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("import threading\nc.Autograde.autograde_preprocessors = ["
                     "type('Step', (), {'lock': threading.Lock()})]\n")
    refused(course, cluster.address, "nbgrader_config.py cannot be sent to a cluster")


def test_a_nanny_starts_a_killed_worker_again(course, tmp_path, undisturbed):
    with contextlib.closing(Cluster(tmp_path / "dask", course, workers=0)) as cluster:
        nanny = psutil.Process(cluster.worker(nanny=True).pid)
        command = grade(course, cluster)
        until(lambda: command.out.count("\n") > 1)
        for child in nanny.children(recursive=True):
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
        ran = command.ended()
        assert ran.code == 1, (ran, cluster.logs())
        assert differences(state(course), undisturbed) == []
