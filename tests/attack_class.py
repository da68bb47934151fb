"""A class of attackers in the small course, each between two honest students, and what is left.

The attacks are tests/attacks/*.toml; tests/attacks/README.md has the columns.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from pathlib import Path

import nbformat
import processes
import psutil
import small_course
from gradebooks import entries

HERE = Path(__file__).resolve().parent
GROUPS = {path.stem: tomllib.loads(path.read_text())
          for path in sorted((HERE / "attacks").glob("*.toml")) if path.stem != "course"}
COURSE = tomllib.loads((HERE / "attacks/course.toml").read_text())
RIGHT = {test: float(points) for test, points in COURSE["right"].items()}


class Aims:
    """What attacks aim at: a fake home, sockets that somebody listens on, a name for traces."""

    def __init__(self, folder):
        self.folder, self.marker = folder, f"attack-{secrets.token_hex(8)}"
        self.home, self.tmp = folder / "home", folder / "tmp"
        self.home.mkdir()
        self.tmp.mkdir()
        self.tmp.chmod(0o1777)
        (self.home / "secret").write_text("a key")
        (self.home / ".profile").write_text("")
        self.sockets = [socket.socket(family, kind) for family, kind in (
            (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM),
            (socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_STREAM))]
        self.names = {"tcp": ("127.0.0.1", 0), "udp": ("127.0.0.1", 0),
                      "abstract": f"\0{self.marker}", "unix": f"/tmp/{self.marker}.socket"}
        for sock, name in zip(self.sockets, self.names.values()):
            sock.bind(name)
            if sock.type == socket.SOCK_STREAM:
                sock.listen(100)
        os.chmod(self.names["unix"], 0o777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.free_port = free.getsockname()[1]

    def cell(self):
        """Return the source of a cell that binds all that an attacker could want to know."""
        known = {"course": str(self.folder), "home": str(self.home), "tmp": str(self.tmp),
                 "marker": self.marker, "port": self.sockets[0].getsockname()[1],
                 "udp_port": self.sockets[1].getsockname()[1], "abstract": self.marker,
                 "unix": self.names["unix"], "free_port": self.free_port,
                 "shm_key": int(self.marker[-6:], 16)}
        return "\n".join(["import ctypes, os, signal, socket, sys, threading, time",
                          "libc = ctypes.CDLL(None)",
                          *(f"{name} = {value!r}" for name, value in known.items())])

    def variables(self):
        """Return the environment variables of the command that grades."""
        return {"COURSE": str(self.folder), "HOME": str(self.home), "TMPDIR": str(self.tmp),
                "TOP_SECRET": "x"}

    def reached(self):
        """Return which sockets were reached by anybody."""
        found = []
        for sock, name in zip(self.sockets, self.names):
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.accept() if sock.type == socket.SOCK_STREAM else sock.recv(10)
                found.append(name)
        with socket.socket() as free:
            if free.connect_ex(("127.0.0.1", self.free_port)) == 0:
                found.append("a port that an attack listens on")
        return found

    def close(self):
        for sock in self.sockets:
            sock.close()
        Path(self.names["unix"]).unlink()


def make_course(run, folder):
    """Make the small course with two questions more, and with a module of helpers."""
    small_course.make_course(run, folder, COURSE["settings"])
    path = folder / "source/small/small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(COURSE["cells"]):
        made = nbformat.v4.new_code_cell(cell["source"], id=f"more-{number}")
        made.metadata["nbgrader"] = {"schema_version": 3, "grade_id": cell["name"], "task": False,
                                     "grade": "points" in cell, "solution": "answer" in cell,
                                     "locked": "answer" not in cell}
        if "points" in cell:
            made.metadata.nbgrader["points"] = cell["points"]
        place = 2 if number == 0 else len(notebook.cells) - 1
        notebook.cells.insert(place, made)
    path.write_text(nbformat.writes(notebook))
    (path.parent / "helper.py").write_text(COURSE["helper"])
    run("nbgrader", "generate_assignment", "small", "--force", cwd=folder)


def attacks(*groups):
    """Return {name: row} of the attacks in some groups, with the groups' defaults."""
    found = {}
    for group in groups or GROUPS:
        table = GROUPS[group]
        for name, row in table["rows"].items():
            found[name] = {**table["defaults"], "stock": "", **row, "group": group,
                           "snippet": table.get("snippets", {}).get(row.get("snippet"), "")}
    return found


def hand_in(folder, student, row, aims):
    """Hand in an attack, or what an honest student has, if there is no row."""
    row = row or {}
    first = [aims.cell(), row["snippet"], *row.get("first", ())] if row else []
    small_course.hand_in(folder, student, {name: _whole(source) for name, source in
                                           row.get("answers", {}).items()},
                         [_whole(source) for source in first if source])
    place = folder / "submitted" / student / "small"
    _edit(place / "small.ipynb", row)
    for name, text in row.get("files", {}).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text.replace("MARKER", aims.marker))
    for name in row.get("strange_files", ()):
        name = name.encode().decode("unicode_escape").encode("latin-1")
        Path(os.fsdecode(bytes(place) + b"/" + name)).write_text("x")
    if row.get("no_notebook"):
        (place / "small.ipynb").unlink()
    for name, target in row.get("links", {}).items():
        (place / name).symlink_to(target.format(course=folder))
    for name, target in row.get("hard_links", {}).items():
        (place / name).hardlink_to(target.format(course=folder))
    for name in row.get("pipes", ()):
        os.mkfifo(place / name)


def _whole(source):
    return re.sub(r"REPEAT (\d+) (.)", lambda found: int(found[1]) * found[2], source)


def _edit(path, row):
    """Change cells of the student's file as `row` says."""
    notebook = json.loads(path.read_text())
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell
             for cell in notebook["cells"]}
    for name in row.get("copies", ()):
        notebook["cells"].append(json.loads(json.dumps(cells[name])) | {"id": f"copy-{name}"})
    for name, source in row.get("edits", {}).items():
        cells[name]["source"] = source
    for name, text in row.get("outputs", {}).items():
        cells[name]["outputs"] = [{"output_type": "execute_result", "metadata": {},
                                   "execution_count": 1, "data": {"text/plain": text}}]
    for name, kind in row.get("kinds", {}).items():
        cells[name]["cell_type"] = kind
        del cells[name]["outputs"], cells[name]["execution_count"]
    for name, more in row.get("metadata", {}).items():
        cells[name]["metadata"] |= more
    for name, more in row.get("nbgrader", {}).items():
        cells[name]["metadata"]["nbgrader"] |= more
    path.write_text(json.dumps(notebook).replace('"DEEP"', "[" * 900 + "]" * 900))


def honest(number):
    return f"{number:03}_honest"


def hand_in_all(folder, rows, aims):
    """Hand in all attacks, each between two honest students; return {attack: student}."""
    students = {}
    hand_in(folder, honest(0), None, aims)
    for number, (name, row) in enumerate(rows.items()):
        students[name] = f"{2 * number + 1:03}_{name}"
        hand_in(folder, students[name], row, aims)
        hand_in(folder, honest(2 * number + 2), None, aims)
    return students


def outside(folder, aims, attackers):
    """Return what attacks must not change: {path: hash}, and honest students' entries."""
    own = {f"{step}/{student}" for step in ("submitted", "autograded") for student in attackers}
    # Of the home folder what was there: with nbgrader's own command Jupyter keeps files in it.
    found = {name: (aims.home / name).read_text() for name in ("secret", ".profile")}
    for step in ("source", "release", "submitted", "autograded"):
        for place, _, names in os.walk(folder / step):
            below = Path(place).relative_to(folder)
            if "/".join(below.parts[:2]) in own:
                continue
            for name in names:
                path = Path(place, name)
                found[str(below / name)] = path.is_file() and hashlib.sha256(
                    path.read_bytes()).hexdigest()
    return found


def left_over(folder, aims, stock=False):
    """Return what an attack has left: processes, planted files, a socket it has reached.

    stock: temporary files are nbgrader's own, and count for nothing.
    """
    planted = [str(path) for place in {"/tmp", "/dev/shm", folder, aims.home, aims.tmp}
               for path in Path(place).iterdir()
               if (aims.marker in path.name and path.suffix != ".socket")
               or "planted" in path.name]
    segments = [line for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
                if int(line.split()[0]) == int(aims.marker[-6:], 16)]
    end = time.monotonic() + 5
    while (alive := processes_of(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return [*alive, *planted, *segments, *aims.reached(),
            *([] if stock else map(str, aims.tmp.iterdir()))]


def processes_of(folder):
    """Return the processes that grading the course in `folder` has started and that still live."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("COURSE") == str(folder) and (
                    process.status() != psutil.STATUS_ZOMBIE):
                found.append(process)
    return found


def points(folder):
    """Return {student: {test: points}} as the gradebook has them; None if a person gives them."""
    return {student: {test: None if cells[test]["needs_manual_grade"] else cells[test]["auto_score"]
                      for test in RIGHT if test in cells}
            for student, cells in entries(folder, "small").items()}


def due(row):
    """Return {test: points} that an attack may get: "person" and "*" as they stand in the table."""
    return RIGHT | row["points"]


def by_stock(template, folder, row, seconds=60):
    """Return what an attack comes to with `nbgrader autograde`: points, harm, stopped or held.

    template: the folder of a course with the assignment released; copied to `folder`. points: more
    than the table says are due. harm: something outside has changed, or lives on. stopped: the
    command or the attack's hand-in came to no end of its own.
    """
    shutil.copytree(template, folder)
    with contextlib.closing(Aims(folder)) as aims:
        student = hand_in_all(folder, {"attack": row}, aims)["attack"]
        before = outside(folder, aims, [student])
        process = processes.start("nbgrader", "autograde", "small", "--student", student,
                                  cwd=folder, variables=aims.variables(), start_new_session=True)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        late = process.returncode == -signal.SIGKILL
        changed = outside(folder, aims, [student]) != before or left_over(folder, aims, stock=True)
        for each in processes_of(folder):
            with contextlib.suppress(psutil.Error):
                each.kill()
        clean(aims)
        got = points(folder).get(student, {})
    if any(isinstance(most, (int, float)) and (got.get(test) or 0) > most
           for test, most in due(row).items()) or any(
               due(row)[test] == "person" and (got.get(test) or 0) > 0 for test in RIGHT):
        return "points"
    if changed and not late:
        return "harm"
    return "stopped" if process.returncode else "held"


def clean(aims):
    """Remove what attacks have planted."""
    for place in ("/tmp", "/dev/shm"):
        for path in Path(place).glob(f"{aims.marker}*"):
            if path.suffix != ".socket":
                path.unlink()
    subprocess.run(["ipcrm", "-M", str(int(aims.marker[-6:], 16))], capture_output=True)
