"""JupyterLab on the course: nbgrader's Validate and Formgrader answer."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request

import pytest

TOKEN = "a-token-for-this-test"


@pytest.fixture(scope="module")
def lab(graded, start, tmp_path_factory):
    """Ask the server of `jupyter lab` on a copy of the graded course: lab(path, data=None)."""
    course = tmp_path_factory.mktemp("lab") / "course"
    shutil.copytree(graded, course)
    server = start("jupyter", "lab", "--no-browser", "--allow-root", "--port=0",
                   f"--IdentityProvider.token={TOKEN}", cwd=course)
    try:
        yield lambda path, data=None: _ask(_address(server), path, data)
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _address(server, seconds=60):
    """Read what the server prints until it names its address, once."""
    end = time.monotonic() + seconds
    while not hasattr(server, "address") and time.monotonic() < end:
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        if found:
            server.address = found[0]
    return server.address


def _ask(address, path, data, seconds=60):
    """Return the answer of the server; it names its address a moment before it listens."""
    request = urllib.request.Request(f"{address}{path}", data, method="POST" if data else "GET",
                                     headers={"Authorization": f"token {TOKEN}"})
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.mark.slow
def test_formgrader_lists_the_class_and_opens_a_question_for_a_person(lab):
    assignments = json.loads(lab("/formgrader/api/assignments"))
    assert [(a["name"], a["max_score"]) for a in assignments if a["num_submissions"]] == [
        ("ps1", 20.0)]
    submissions = json.loads(lab("/formgrader/api/submissions/ps1"))
    wanting = {s["student"] for s in submissions if s["needs_manual_grade"]}
    assert "all_right" in wanting and "blank" not in wanting
    notebooks = json.loads(lab("/formgrader/api/submitted_notebooks/ps1/ps1"))
    page = lab(f"/formgrader/submissions/{notebooks[0]['id']}/?index=0")
    assert "BEGIN MARK SCHEME" in page  # for the person who grades


@pytest.mark.slow
def test_validate_says_what_is_missing(lab):
    answer = json.loads(lab("/assignments/validate?path=release/ps1/ps1.ipynb", b" "))
    assert answer["success"] is True
    said = json.dumps(answer["value"])
    assert "X_train_shape is still missing" in said
    assert "Traceback" not in said
