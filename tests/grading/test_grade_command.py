"""`batchgrader grade` as an instructor meets it: what it takes, shows and returns."""

import json
import os
import pty
import re
import subprocess
import sys

import nbformat
import processes
import pytest
import small_course
import warm
from batch import TABLE, copied, hand_in, journal, left_over
from checks import is_in_order

pytestmark = pytest.mark.slow
STUDENTS = sorted(TABLE["students"])
POINTS = {"ada": 9, "blank": 0, "half": 5, "late": 0, "leaving": 6, "on_time": 9, "slow": 9,
          "slower": 9}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def test_a_line_for_each_hand_in_then_the_points_by_outcome(handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    out = processes.run("batchgrader", "grade", "small", cwd=course, code=1)
    assert out.startswith("9 hand-ins, 9 of them new or changed.\n")
    assert [line.split()[:3] for line in out.splitlines()[1:10]] == [
        [str(number), "of", "9"] for number in range(1, 10)]
    for student, points in POINTS.items():
        assert re.search(rf"^{student} +{points} / 16 ", out, re.MULTILINE)
    assert re.search("^torn +- +- +not gradable", out, re.MULTILINE)
    assert "torn needs a person: The file stops in the middle" in out
    assert "hand-ins:  7 graded, 1 died, 1 not gradable\n" in out
    assert max(map(len, out.splitlines())) <= 80
    assert left_over(course) == []


def test_nothing_but_json_on_standard_output(graded_class, tmp_path):
    ran = warm.run(copied(graded_class, tmp_path), "grade", "small", "--json", "--force")
    results = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert sorted(results) == STUDENTS
    assert {student: result["score"] for student, result in results.items()
            if "score" in result} == POINTS
    assert results["half"]["books"]["small"]["questions"]["primes_test"]["points"] == 2
    assert results["torn"]["outcome"] == "not gradable"


@pytest.mark.parametrize("arguments, graded", [
    ([], []),
    (["--force"], STUDENTS),
    (["--student", "ada"], []),
    (["--student", "ada", "half", "ada", "--force"], ["ada", "half"]),
])
def test_what_is_graded(arguments, graded, graded_class, tmp_path):
    course = copied(graded_class, tmp_path)
    path = course / ".batchgrader/small/journal.jsonl"
    before = path.read_bytes()
    ran = warm.run(course, "grade", "small", *arguments)
    added = [json.loads(line)["student"] for line in
             path.read_bytes().removeprefix(before).splitlines()]
    assert sorted(added) == graded
    assert (ran.code, f" {len(graded)} of them new or changed" in ran.out) == (
        0 if "--student" in arguments else 1, True)


def test_only_the_named_students_are_shown(graded_class, tmp_path):
    ran = warm.run(copied(graded_class, tmp_path), "grade", "small", "--student", "ada", "--json")
    assert list(json.loads(ran.out)) == ["ada"]


@pytest.mark.parametrize("arguments, says", [
    (["grade", "other"], "There is no assignment other"),
    (["grade", "small", "--student", "ada", "nobody"], "There is no hand-in of nobody for small"),
    (["--course", "/", "grade", "small"], "/ is no course"),
])
def test_what_cannot_be_done_is_said_in_one_sentence(arguments, says, handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    ran = warm.run(course, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"batchgrader: {says}")
    assert ran.err.count("\n") == 1
    is_in_order(course, ran)


def test_a_number_of_jobs_is_demanded(handed_in):
    out = processes.run("batchgrader", "grade", "small", "--jobs", "0", cwd=handed_in, code=2)
    assert "'0' is no number of jobs: give 1 or more" in out


def test_nothing_handed_in(handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    (course / "submitted").rename(course / "handins")
    ran = warm.run(course, "grade", "small")
    assert ran.code == 2
    assert "There is no hand-in for small" in ran.err


def test_a_bar_at_a_terminal(handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    shown, out, code = at_terminal(course, "grade", "small", columns=80)
    assert code == 1
    assert re.search(r"9/9 .*7 graded, 1 (died|not gradable), 1 (died|not gradable)", shown)
    assert re.search(r"\d/9 \d\d:\d\d", shown), "the time left"
    assert max(map(len, re.split(r"[\r\n]", shown))) <= 80
    assert out.startswith("\nstudent "), "the table goes to standard output"


def test_a_bar_in_a_narrow_terminal_stays_on_its_line(graded_class, tmp_path):
    course = copied(graded_class, tmp_path)
    shown, _, _ = at_terminal(course, "grade", "small", "--force", "--json", columns=50)
    assert "9/9" in shown
    assert max(map(len, re.split(r"[\r\n]", shown))) <= 50


def at_terminal(course, *arguments, columns):
    """Return what a terminal shows of standard error, standard output, and the exit code."""
    ours, theirs = pty.openpty()
    environment = processes.environment() | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    with open(course / "out.txt", "w") as out, subprocess.Popen(
            [sys.executable, "-m", "batchgrader", *arguments], cwd=course, env=environment,
            stdin=theirs, stdout=out, stderr=theirs) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return (ESCAPES.sub("", shown.decode()), (course / "out.txt").read_text(),
            process.returncode)


def _read(descriptor):
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # the other side is closed
        return b""


def test_a_busy_machine_gives_the_same_points(handed_in, tmp_path):
    """Cells that need half of their time, on a machine that eight others keep busy."""
    course = copied(handed_in, tmp_path)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.timeout = 2\n")
    for student in STUDENTS:
        (course / "submitted" / student).rename(course / f"handins_{student}")
    for number in range(3):
        hand_in(course, f"busy{number}", answers={"mean": (
            "import time\n"
            "def mean(numbers):\n"
            "    end = time.process_time() + 0.5\n"
            "    while time.process_time() < end:\n"
            "        pass\n"
            "    return sum(numbers) / len(numbers)\n")})
    assert warm.run(course, "grade", "small", "--jobs", 1).code == 0
    alone = outcomes(course)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        ran = warm.run(course, "grade", "small", "--jobs", 3, "--force")
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert ran.code == 0, ran
    assert outcomes(course) == alone
    assert {result["outcome"] for result in alone.values()} == {"graded"}


def outcomes(course):
    return {student: entry["result"] for student, entry in journal(course).items()}


def test_a_student_whom_the_gradebook_does_not_know_stops_nobody(handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("c.Autograde.create_student = False\n")
    chosen = ["--student", "ada", "blank"]
    processes.run("nbgrader", "db", "student", "add", "ada", cwd=course)
    ran = warm.run(course, "grade", "small", *chosen)
    assert re.search("^ada +9 / 16 ", ran.out, re.MULTILINE)
    assert "blank needs a person: The gradebook does not know the student blank" in ran.out
    processes.run("nbgrader", "db", "student", "add", "blank", cwd=course)
    ran = warm.run(course, "grade", "small", *chosen)
    assert (ran.code, re.findall(r"of 1  (\w+)", ran.out)) == (0, ["blank"])


def test_modules_that_start_threads_are_imported_by_each_hand_in(tmp_path, run):
    """A process forked beside a running thread could hang."""
    small_course.make_course(run, tmp_path)
    folder = tmp_path / "source/small"
    (folder / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=[1e6], daemon=True)"
        ".start()\nRIGHT = 12\n")
    source = nbformat.read(folder / "small.ipynb", as_version=4)
    for cell in source.cells:
        cell.source = cell.source.replace("import math", "import math\nimport threaded")
        cell.source = cell.source.replace("assert area == 12", "assert area == threaded.RIGHT")
    nbformat.write(source, folder / "small.ipynb")
    run("nbgrader", "generate_assignment", "small", "--force", cwd=tmp_path)
    small_course.hand_in(tmp_path, "ada")
    printed = run("batchgrader", "grade", "small", cwd=tmp_path,
                  variables={"PYTHONPATH": str(folder)})
    assert "math, threaded left 2 threads running" in printed
    assert re.search(r"ada +9 / 16", printed), printed


def test_a_preprocessor_that_cannot_be_imported(handed_in, tmp_path):
    course = copied(handed_in, tmp_path)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.Autograde.sanitize_preprocessors = ["no.such.Step"]\n')
    ran = warm.run(course, "grade", "small")
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert "names a preprocessor that cannot be imported: No module named 'no'" in ran.err
