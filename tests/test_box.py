"""Real attacks in real boxes: all layers together, each alone, as root and as somebody else."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import somebody

from batchgrader import isolation
from batchgrader.attacks import ATTACKS, HEAVY
from batchgrader.process import box, landlock
from batchgrader.process.session import Limits, Parent, Session

CASES = tomllib.loads((Path(__file__).parent / "box.toml").read_text())
LIMITS = Limits(60, 1 << 20, 128 << 20)
WITHOUT_NAMESPACES = frozenset({"capabilities", "landlock", "limits", "watchdog"})
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="boxes are Linux's")


@pytest.fixture(scope="module")
def layers():
    """What this machine offers."""
    return isolation.probe()


@pytest.fixture
def parent():
    """parent(layers): a parent process whose children are in such boxes."""
    parents = []

    def make(layers, within=None, **options):
        parents.append(Parent((), {"PATH": os.environ["PATH"],
                                   "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                                   "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
                              within=within))
        parents[-1].order(do="isolate", layers=sorted(layers), disk=64 << 20, **options)
        return parents[-1]

    yield make
    for made in parents:
        made.stop()


def said(ran):
    return "".join(output.get("text", output.get("evalue", "")) for output in ran.outputs)


def needs(layers, wanted):
    missing = sorted(set(wanted) - layers)
    if missing:
        pytest.skip(f"this machine offers no {', '.join(missing)}")


def test_all_layers_together_hold_against_every_attack(layers):
    isolation.floor(layers)
    broke = [row for row in isolation.self_test(layers) if not row[1]]
    assert not broke


@pytest.mark.parametrize("alone", CASES["alone"])
def test_each_layer_alone_stops_its_attacks(layers, alone):
    needs(layers, alone.split())
    expected = [name for name in CASES["alone"][alone]
                if alone != "landlock" or landlock.abi() >= CASES["since"].get(name, 1)]
    rows = isolation.self_test(frozenset(alone.split()), expected)
    assert [name for name, held, _ in rows if held] == expected


@pytest.mark.slow
def test_without_a_box_every_attack_succeeds():
    if os.geteuid():
        pytest.skip("some attacks need root")
    rows = isolation.self_test(frozenset())
    assert len(rows) == len(ATTACKS) + len(HEAVY)
    assert not [row for row in rows if row[1]]


FORBID = "echo 0 > /proc/sys/user/max_user_namespaces\nexec setpriv --bounding-set=-all \"$@\""
MASK = "mount -t tmpfs none /proc/fs\nexec \"$@\""  # as a container engine masks files of it
POORER = {
    "somebody who is not root": ([], True, {"user"}),
    "no user namespaces": (["unshare", "-U", "-r", "sh", "-c", FORBID, "sh"], False,
                           {"user", "namespaces", "mounts"}),
    "a masked /proc": (["unshare", "-m", "sh", "-c", MASK, "sh"], True, {"user", "mounts"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("machine", POORER)
def test_boxes_hold_where_less_is_offered(tmp_path, layers, machine):
    """By the layers that are left: each machine lacks some."""
    needs(layers, box.LAYERS)
    prefix, other_user, lacking = POORER[machine]
    code = ("import json; from batchgrader import isolation; layers = isolation.probe();"
            "print(json.dumps([sorted(layers), isolation.self_test(layers)]))")
    command = [sys.executable, "-c", code]
    (tmp_path / "python").mkdir()
    ran = subprocess.run(
        [*prefix, *(somebody.command(tmp_path / "python", "-c", code) if other_user else command)],
        cwd="/", text=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
             "PYTHONPATH": str(Path(isolation.__file__).parent.parent)})
    assert ran.returncode == 0, ran.stderr
    found, rows = json.loads(ran.stdout)
    assert set(found) == set(box.LAYERS) - lacking
    assert not [row for row in rows if not row[1]]


@pytest.mark.parametrize("why", CASES["why"])
def test_the_watchdog_says_why(parent, why):
    made = parent({"limits", "watchdog"})
    session = Session(made, LIMITS)
    session.run("0")
    pid, folder = session.pid, session.folder
    session.end = lambda wait=0: -signal.SIGKILL  # the answer is asked for here
    ran = session.run(CASES["why"][why])
    answer = made.order(do="end", pid=pid, folder=folder, wait=1)
    assert (ran.ended, answer) == ("died", {"status": -signal.SIGKILL, "why": why})


@pytest.mark.parametrize("wanted", [WITHOUT_NAMESPACES, frozenset(box.LAYERS)], ids=len)
def test_nothing_outlives_a_hand_in(layers, parent, wanted):
    """A process that has fled: into a session of its own, from a parent that is no subreaper."""
    made = parent(wanted & layers)
    with Session(made, LIMITS) as session:
        session.run("import ctypes, os, time; ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)")
        ran = session.run(
            "if not os.fork():\n"
            "    os.setsid()\n"
            "    if not os.fork():\n"
            "        time.sleep(60)\n"
            "    os._exit(0)\n"
            "time.sleep(0.05)")
        assert ran.ended == "done"
    assert made.order(do="import", modules=[])["threads"] == 1
    assert not children(made.process.pid)


@pytest.mark.parametrize("wanted", [WITHOUT_NAMESPACES, frozenset(box.LAYERS)], ids=len)
def test_hand_ins_end_with_a_parent_that_is_killed(layers, parent, wanted):
    made = parent(wanted & layers)
    session = Session(made, LIMITS)
    pid = session.pid
    made.process.kill()
    made.process.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/exe").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}/exe").exists()
    session._close()


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_given_files_are_there_and_can_be_changed(layers, parent):
    with Session(parent(layers), LIMITS) as session:
        (Path(session.folder) / "data").mkdir()
        (Path(session.folder) / "data/given.csv").write_text("1")
        ran = session.run("import os\nopen('data/given.csv', 'a').write('2')\n"
                          "print(open(os.environ['HOME'] + '/data/given.csv').read())")
        assert said(ran) == "12\n"


def test_a_box_has_no_descriptor_of_the_grader(layers, parent):
    """Three streams, the grader's line, and asyncio's three."""
    with Session(parent(layers), LIMITS) as session:
        ran = session.run("import os; print([os.readlink(f'/proc/self/fd/{n}').split(':')[0] "
                          "for n in range(7)], len(os.listdir('/proc/self/fd')))")
        assert said(ran) == ("['/dev/null', 'pipe', 'pipe', 'socket', 'anon_inode', 'socket', "
                             "'socket'] 8\n")


def test_every_hand_in_is_another_user(layers, parent):
    needs(layers, ["user"])
    made = parent(layers)
    with Session(made, LIMITS) as one, Session(made, LIMITS) as other:
        users = {said(session.run("import os; print(os.getuid())")) for session in (one, other)}
    assert len(users) == 2 and "0\n" not in users


def test_commands_and_figures_work_in_a_box(layers, parent):
    with Session(parent(layers), LIMITS) as session:
        assert said(session.run("!echo $HOME; id -un")).split()[-1] == "student"
        ran = session.run("import multiprocessing as m; print(m.Value('i', 3).value)")
        assert said(ran) == "3\n"


@pytest.mark.slow
def test_keras_works_in_a_box(layers, parent):
    made = parent(layers)
    made.order(do="import", modules=["keras", "matplotlib.pyplot", "matplotlib_inline"])
    limits = Limits(300, 1 << 20, 4 << 30)
    with Session(made, limits) as session:
        assert said(session.run(
            "import keras, numpy as np\n"
            "lstm = keras.layers.LSTM(5, return_state=True)\n"
            "h, *states = lstm(np.zeros((4, 6, 10), 'float32'))\n"
            "print(tuple(h.shape), len(states))")).endswith("(4, 5) 2\n")
        ran = session.run(
            "model = keras.Sequential([keras.layers.LSTM(3), keras.layers.Dense(1)])\n"
            "model.compile('adam', 'mse')\n"
            "model.fit(np.zeros((8, 6, 10)), np.zeros((8, 1)), verbose=0)\n"
            "model.save('model.keras')\n"
            "print(keras.models.load_model('model.keras').count_params())")
        assert said(ran).endswith("172\n")
        ran = session.run("%matplotlib inline\nimport matplotlib.pyplot as plt\n"
                          "plt.plot([1, 2]); plt.show()")
        assert "image/png" in ran.outputs[-1]["data"]


@pytest.mark.parametrize("version", range(1, max(landlock.abi(), 1) + 1))
def test_every_version_of_landlock_keeps_files(tmp_path, version):
    if landlock.abi() < version:
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "own").mkdir()
    (tmp_path / "secret").write_text("x")
    code = (
        "import sys; from batchgrader.process import kernel, landlock\n"
        "kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)\n"
        "landlock.restrict(['/usr'], ['own'], version=int(sys.argv[1]))\n"
        "open('own/file', 'w').write('x'); open('/usr/bin/env', 'rb').read(1)\n"
        "try: open('secret')\n"
        "except PermissionError: print('held')")
    ran = subprocess.run([sys.executable, "-c", code, str(version)], cwd=tmp_path, text=True,
                         capture_output=True)
    assert ran.stdout == "held\n", ran.stderr


def test_a_box_of_mounts_needs_namespaces(tmp_path):
    with pytest.raises(box.BoxFailed, match="namespaces"):
        box.Box(frozenset({"mounts"}), tmp_path)


@pytest.mark.parametrize("layers, refused", [
    ({"landlock", "limits"}, False), ({"namespaces", "mounts", "limits"}, False),
    ({"landlock"}, True), ({"namespaces", "limits"}, True), ({"limits"}, True), (set(), True)])
def test_the_floor_refuses_what_is_too_weak(layers, refused):
    isolation.floor(frozenset(layers), weak=True)
    if refused:
        with pytest.raises(isolation.TooWeak, match="--isolation weak"):
            isolation.floor(frozenset(layers))
    else:
        isolation.floor(frozenset(layers))


def test_the_report_fits_a_terminal(layers, monkeypatch):
    monkeypatch.setattr(isolation, "self_test", lambda layers: [("x" * 30, True, "y" * 90)])
    lines = isolation.report(layers).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("  yes  " in line for line in lines) == len(layers)


def test_the_parent_may_run_in_bubblewrap(parent):
    if isolation.bwrap("/tmp") is None:
        pytest.skip("Bubblewrap is not installed")
    if subprocess.run([*isolation.bwrap("/tmp"), "true"], capture_output=True).returncode:
        pytest.skip("Bubblewrap cannot make namespaces here")
    with Session(parent({"limits", "watchdog"}, within=isolation.bwrap), LIMITS) as session:
        assert said(session.run("import os; print(os.listdir('/home'))")) == "['student']\n"
