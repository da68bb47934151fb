"""A warm kernel is what a cold one is to a notebook, and ends whenever a cold one does."""

import json
import logging
import os
import re
import signal
import sys
import time
import tomllib
from pathlib import Path

import processes
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from traitlets.config import Config

from batchgrader import provisioner

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")]
FACTS = tomllib.loads((Path(__file__).parent / "warm_kernel.toml").read_text())
QUESTIONS = list(FACTS["same"].values()) + [each["ask"] for each in FACTS["differs"]]

MODULES = {  # name: a module that does as it is imported what some libraries do
    "notes": """import logging, sys, warnings
interactive = hasattr(sys, "ps1")
logger = logging.getLogger("notes")
logger.addHandler(logging.StreamHandler(sys.stdout))
warnings.filterwarnings("ignore", "first")
warnings.filterwarnings("ignore", "last", append=True)
""",
    "busy": "import threading, time\nthreading.Thread(target=time.sleep, args=[1000], "
            "daemon=True).start()\n"}


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    """A folder of kernelspecs: cold, warm, cold by files, and one whose modules start a thread."""
    folder = tmp_path_factory.mktemp("specs")
    for name, code in MODULES.items():
        (folder / f"{name}.py").write_text(code)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    for name, modules in (("cold", None), ("ipc", []), ("busy", ["busy"]),
                          ("warm", ["numpy.random", "matplotlib.pyplot", "notes"])):
        spec = {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": name, "language": "python", "env": {"PYTHONPATH": path}}
        if modules is not None:
            config = {"modules": modules} if modules else {}
            spec["metadata"] = {"kernel_provisioner": {
                "provisioner_name": "warm" if modules else "ipc",
                "config": config | {"without": ["SECRET"]}}}
        (folder / "kernels" / name).mkdir(parents=True)
        (folder / "kernels" / name / "kernel.json").write_text(json.dumps(spec))
    yield folder
    provisioner.stop_parents()


class Client:
    """A kernel and its client."""

    def __init__(self, specs, name, config=None, **environment):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        found = KernelSpecManager(kernel_dirs=[str(specs / "kernels")])
        self.manager = KernelManager(
            config=config, kernel_name=name, kernel_spec_manager=found)
        self.manager.start_kernel(env=kept | environment, cwd=str(specs))
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code):
        """Return what a cell printed or showed, and its reply."""
        outputs = []
        reply = self.client.execute_interactive(
            code, timeout=60, output_hook=lambda message: outputs.append(message["content"]))
        text = "".join(output["text"] for output in outputs if "text" in output)
        return text, outputs, reply["content"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)


@pytest.fixture
def warm(specs):
    with Client(specs, "warm") as client:
        yield client


@pytest.fixture(scope="module")
def answers(specs):
    """{cold or warm: {expression: its value as text}}."""
    names = sorted(set(re.findall(
        r"\b(asyncio|gc|importlib|inspect|logging|os|re|resource|signal|subprocess|sys|threading"
        r"|time|warnings)\b", " ".join(QUESTIONS))))
    # The expressions on libraries come last: before, none is imported.
    late = [each for each in QUESTIONS if re.search(r"\b(numpy|matplotlib|notes)\b", each)
            and "'numpy' in" not in each]
    code = (f"import json, {', '.join(names)}\nfrom pathlib import Path\n"
            "def ask(each):\n    return repr(eval(each))\n"
            f"table = {{each: ask(each) for each in {[q for q in QUESTIONS if q not in late]!r}}}\n"
            "import matplotlib, matplotlib.pyplot, notes, numpy\n"
            f"table |= {{each: ask(each) for each in {late!r}}}\nprint(json.dumps(table))")
    found = {}
    for name in ("cold", "warm"):
        with Client(specs, name) as client:
            text, outputs, _ = client.run(code)
            assert text, outputs
            found[name] = json.loads(text)
    return found


@pytest.mark.parametrize("fact", FACTS["same"])
def test_what_is_the_same(answers, fact):
    ask = FACTS["same"][fact]
    assert answers["warm"][ask] == answers["cold"][ask]


@pytest.mark.parametrize("case", FACTS["differs"], ids=lambda case: case["why"])
def test_what_differs(answers, case):
    assert (answers["cold"][case["ask"]], answers["warm"][case["ask"]]) == (
        case["cold"], case["warm"])


def test_generators_start_elsewhere_in_each_kernel(specs):
    ask = "import random, numpy\nprint(random.random(), numpy.random.rand())"
    drawn = []
    for _ in range(2):
        with Client(specs, "warm") as client:
            drawn += client.run(ask)[0].split()
    assert len(set(drawn)) == 4


def test_what_a_library_logs_is_seen_in_its_place(warm):
    text, _, _ = warm.run("import notes\nfor number in range(0, 40, 2):\n"
                          "    print(number)\n    notes.logger.warning(number + 1)")
    assert text.split() == [str(number) for number in range(40)]


def test_figures_are_shown(warm):
    _, outputs, _ = warm.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_programs_write_into_the_cell(warm):
    assert warm.run("import os\nos.system('echo from a program');")[0] == "from a program\n"


@pytest.mark.parametrize("name", ["warm", "ipc"])
def test_a_variable_that_no_kernel_is_given(specs, name):
    with Client(specs, name, SECRET="1") as client:
        assert client.run("import os; print('SECRET' in os.environ)")[0] == "False\n"


def test_at_its_end_it_does_what_was_asked_for(specs, tmp_path):
    with Client(specs, "warm") as client:
        client.run(f"import atexit, pathlib; atexit.register(pathlib.Path('{tmp_path}/end').touch)")
        client.manager.shutdown_kernel()
    assert (tmp_path / "end").exists()


def test_interrupt(warm):
    sent = warm.client.execute(
        "import time\nprint('on', flush=True)\ntime.sleep(60)", stop_on_error=False)
    while warm.client.get_iopub_msg(timeout=30)["content"].get("text") != "on\n":
        pass
    warm.manager.interrupt_kernel()
    reply = warm.client.get_shell_msg(timeout=30)
    assert reply["parent_header"]["msg_id"] == sent
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert warm.run("print('goes on')")[0] == "goes on\n"


def test_restart(warm):
    warm.run("kept = 1")
    before = warm.manager.provisioner.pid
    warm.manager.restart_kernel()
    warm.client.stop_channels()
    warm.connect()
    assert warm.manager.provisioner.pid != before
    assert warm.run("print('kept' in globals())")[0] == "False\n"


def test_a_kernel_that_is_killed(warm):
    kernel = warm.manager.provisioner.process
    os.kill(kernel.pid, signal.SIGKILL)
    assert kernel.wait() == -signal.SIGKILL
    assert not warm.manager.is_alive()


def test_a_parent_that_is_killed(specs):
    with Client(specs, "warm") as client:
        kernel = client.manager.provisioner.process
        kernel.parent.process.kill()
        assert _ended(kernel.pid)
        assert not client.manager.is_alive()
    with Client(specs, "warm") as client:
        assert client.manager.provisioner.process.parent is not kernel.parent
        assert client.run("print(1)")[0] == "1\n"


CLIENT = """import sys, time
sys.path[:0] = {paths!r}
from pathlib import Path
from test_provisioner import Client
client = Client(Path({specs!r}), "warm")
kernel = client.manager.provisioner.process
print(kernel.pid, kernel.parent.process.pid, flush=True)
time.sleep(100)
"""


def test_a_client_that_is_killed_leaves_no_process(specs, tmp_path):
    (tmp_path / "client.py").write_text(
        CLIENT.format(paths=[str(Path(__file__).parent)], specs=str(specs)))
    with processes.start("client", cwd=tmp_path) as process:
        line = next(line for line in process.stdout if line[0].isdigit())
        process.kill()
    assert all(_ended(int(pid)) for pid in line.split()), line


def test_modules_that_start_threads_make_the_kernel_a_cold_one(specs, caplog):
    with caplog.at_level(logging.WARNING), Client(specs, "busy") as client:
        assert client.run("import busy; print(1)")[0] == "1\n"
        assert not isinstance(client.manager.provisioner.process, provisioner.Kernel)
    assert "the parent process has 2 threads after its imports" in caplog.text


@pytest.mark.parametrize("command, options, why", [
    (["python", "-c", "1"], {}, "its command is not"),
    (["/other/python", "-m", "ipykernel_launcher"], {}, "another Python"),
    ([sys.executable, "-m", "ipykernel_launcher"], {"independent": True}, "live longer"),
    ([sys.executable, "-m", "ipykernel_launcher"], {"stdout": -1}, "a pipe"),
    ([sys.executable, "-m", "ipykernel_launcher"], {"umask": 1}, "umask"),
])
def test_what_no_warm_kernel_can_be(command, options, why):
    with pytest.raises(provisioner.Cold, match=why):
        provisioner.launch(command, (), {}, **options)


def _ended(pid):
    """Return whether a process ends within some seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("name", ["warm", "ipc"])
def test_sockets_are_files_of_one_user_and_go_with_the_kernel(specs, name):
    with Client(specs, name) as client:
        place = Path(client.manager.ip)
        assert client.manager.transport == "ipc"
        assert place.parent.stat().st_mode & 0o777 == 0o700
        assert len(list(place.parent.glob(f"{place.name}-*"))) == 5
        client.manager.restart_kernel(now=True)
        client.client.stop_channels()
        client.connect()
        assert client.run("print('again')")[0] == "again\n"
    assert not list(place.parent.glob(f"{place.name}-*"))


@pytest.mark.parametrize("config, folder", [
    ({"KernelManager": {"transport": "tcp"}}, "short"), ({}, "long" * 25)])
def test_ports_where_they_are_chosen_or_paths_are_too_long(
        config, folder, specs, tmp_path, monkeypatch):
    (tmp_path / folder).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / folder))
    provisioner._folder.cache_clear()
    with Client(specs, "warm", Config(config)) as client:
        assert client.manager.transport == "tcp"
        assert client.run("print(1)")[0] == "1\n"
    provisioner._folder.cache_clear()
