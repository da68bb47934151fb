"""IPython without a kernel: runs cells in this process and reports outputs as nbformat has them.

What ipykernel does for a notebook is done here in its way (ipykernel/zmqshell.py, ipkernel.py):
streams, display hook, figures at the end of a cell, tracebacks, no input(). What it does over
sockets and threads, for clients that come and go, is not needed.
"""

import ast
import asyncio
import base64
import builtins
import contextlib
import copy
import getpass
import inspect
import io
import os
import sys
import warnings

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

PART = 8192  # characters of a stream that are sent at once: the grader stops a cell in between


class Compiler(CachingCompiler):
    """Names cells, knows some before they run, and tells `inspect` that none is a module's file.

    Else a traceback looks through all modules for it, and so copies a page of memory for each.
    """

    def __init__(self):
        super().__init__()
        self.trees, self.codes = {}, {}

    def learn(self, source, number):
        """Compile what will run as the cell of this number, as InteractiveShell.run_ast_nodes.

        What gives a warning, cannot be compiled, or changes how later cells are (`from __future__
        import`), is left for those who run it.
        """
        flags, name, codes = self.flags, self.get_code_name(source, source, number), {}
        try:
            with warnings.catch_warnings(), self.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
                warnings.simplefilter("error")
                with_await = self.flags
                tree = super().ast_parse(source, name)
                for node in tree.body:
                    shown = node is tree.body[-1] and isinstance(node, ast.Expr)
                    part, kind = ((ast.Interactive([node]), "single") if shown else
                                  (ast.Module([node], []), "exec"))
                    # `trees` keeps the node, so no other can have its number.
                    codes[id(node), kind, with_await] = super().__call__(part, name, kind)
                alike = self.flags == with_await
        except Exception:
            alike = False
        self.flags = flags
        if alike:
            self.trees[source, name, flags] = tree
            self.codes |= codes

    def ast_parse(self, source, filename="<unknown>", symbol="exec"):
        """Return the tree of a cell."""
        known = self.trees.get((source, filename, self.flags))
        return known or super().ast_parse(source, filename, symbol)

    def __call__(self, source, filename, symbol, *args, **kwargs):
        """Return the code of a part of a cell."""
        if isinstance(source, (ast.Module, ast.Interactive)) and len(source.body) == 1:
            known = self.codes.get((id(source.body[0]), symbol, self.flags))
            if known:
                return known
        return super().__call__(source, filename, symbol, *args, **kwargs)

    def cache(self, *args, **kwargs):
        """Return a name for a cell."""
        name = super().cache(*args, **kwargs)
        inspect.modulesbyfile[name] = ""
        with contextlib.suppress(FileNotFoundError):  # a cell may have removed its own folder
            inspect.modulesbyfile[os.path.abspath(name)] = ""
        return name


class Shell(InteractiveShell):
    """Runs cells; `report`, a function of one output, is set before the first."""

    compiler_class = Type(Compiler)
    displayhook_class = Type("batchgrader.process.shell.Hook")
    display_pub_class = Type("batchgrader.process.shell.Publisher")

    looking = staticmethod(contextlib.nullcontext)  # replaced where names are not all at hand

    def report(self, output):
        """Take one output. Replaced by whoever runs cells."""

    def init_io(self):
        """Leave the terminal's settings alone; there is none."""

    def transform_cell(self, raw_cell):
        """Replace IPython's own syntax; names are looked up to tell them from magics."""
        with self.looking():
            return super().transform_cell(raw_cell)

    def transform_ast(self, node):
        """Let a course's own transformers have a tree of their own: they change it."""
        return super().transform_ast(copy.deepcopy(node) if self.ast_transformers else node)

    def system(self, command):
        """Run a command of `!command` with its output in the cell's."""
        return self.system_piped(command)

    def ask_exit(self):
        """Stay: `exit` in a cell ends no grading."""

    def _showtraceback(self, etype, evalue, stb):
        flush()
        self.shown = True
        self.report({"output_type": "error", "ename": str(etype.__name__),
                     "evalue": _text(evalue), "traceback": list(stb)})

    def _format_exception_for_storage(self, *_, **__):
        """Format no traceback a second time, for a history that nobody reads."""
        return {}

    def run(self, code):
        """Run one cell; return whether it ended without an error, and its number."""
        self.shown, process = False, os.getpid()
        result = self.loop.run_until_complete(self._run(code))
        flush()
        if os.getpid() != process:  # forked by the cell: it must not answer for the first one
            os._exit(0)
        if not result.success and not self.shown:
            # Some errors IPython only prints, a group of exceptions for one, or one that cannot
            # be formatted (InteractiveShell.showtraceback). A test has failed with those, too.
            error = type(result.error_before_exec or result.error_in_exec)
            self._showtraceback(error, "see above", [f"{error.__name__}: see above"])
        return result.success, self.execution_count - 1

    async def _run(self, code):
        # Top-level `await` and asyncio's running loop are as in a kernel.
        failed = None
        try:
            transformed = self.transform_cell(code)
        except Exception:
            transformed, failed = code, sys.exc_info()
        result = None
        try:
            result = await self.run_cell_async(
                code, store_history=True, transformed_cell=transformed,
                preprocessing_exc_tuple=failed)
        finally:
            self.events.trigger("post_execute")  # figures are shown
            self.events.trigger("post_run_cell", result)
        return result


class Hook(DisplayHook):
    """Reports the value of a cell's last line."""

    def start_displayhook(self):
        """Send what was printed before."""
        flush()

    def write_output_prompt(self):
        """Write nothing: the number is part of the output."""

    def write_format_data(self, format_dict, md_dict=None):
        """Report the value in all its forms."""
        self.shell.report({"output_type": "execute_result", "data": _encoded(format_dict),
                           "metadata": md_dict or {}, "execution_count": self.prompt_count})

    def finish_displayhook(self):
        """Write nothing: no line end is needed."""


class Publisher(DisplayPublisher):
    """Reports what display() shows."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        """Report one display, or the new content of an earlier one."""
        flush()
        self.shell.report({
            "output_type": "update_display_data" if update else "display_data",
            "data": _encoded(data), "metadata": metadata or {}, "transient": transient or {}})

    def clear_output(self, wait=False):
        """Report that the cell's outputs are to go."""
        flush()
        self.shell.report({"output_type": "clear_output", "wait": wait})


class Stream(io.TextIOBase):
    """Standard output or error of cells, reported in parts."""

    encoding, errors = "UTF-8", "replace"

    def __init__(self, name, descriptor, shell):
        self.stream, self.descriptor, self.shell = name, descriptor, shell
        self.parts, self.size = [], 0

    def writable(self):
        """Return True."""
        return True

    def fileno(self):
        """Return the descriptor that programs started by a cell write to."""
        return self.descriptor

    def write(self, text):
        """Keep `text`; send it when there is much of it."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        self.parts.append(text)
        self.size += len(text)
        if self.size >= PART:
            self.flush()
        return len(text)

    def flush(self):
        """Send what was kept."""
        text, self.parts, self.size = "".join(self.parts), [], 0
        for start in range(0, len(text), PART):
            self.shell.report({"output_type": "stream", "name": self.stream,
                               "text": text[start:start + PART]})


def flush():
    """Send what was printed so far."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # a cell may have put anything there
            continue


def make_shell():
    """Return the shell of this process: `get_ipython()` finds it. Starts no thread."""
    config = Config()
    config.HistoryManager.enabled = False  # it would keep a database, with a thread of its own
    config.InteractiveShell.colors = "Neutral"
    shell = Shell.instance(config=config)
    shell.enable_gui = lambda gui=None: None
    return shell


def take_over(shell, report):
    """Make this process the shell's: streams, input and folder are those of its cells."""
    shell.report = report
    shell.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(shell.loop)
    sys.stdout, sys.stderr = Stream("stdout", 1, shell), Stream("stderr", 2, shell)
    builtins.input = _no_input
    getpass.getpass = _no_input
    os.register_at_fork(before=flush, after_in_child=lambda: setattr(shell, "report", _write_below))
    sys.path.insert(_after_the_standard_library(), "")
    sys.argv = [sys.argv[0]]
    if "matplotlib_inline.backend_inline" in sys.modules:
        sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()


def _text(error):
    try:
        return str(error)
    except Exception:  # of the student's own making
        return ""


def _write_below(output):
    """Report from a process that a cell forked: its text goes where other programs write theirs."""
    if output["output_type"] == "stream":
        os.write(1 if output["name"] == "stdout" else 2, output["text"].encode(errors="replace"))


def _after_the_standard_library():
    """Return the place in sys.path for the notebook's folder, as IPython's init_path chooses it."""
    folders = [os.path.basename(path) for path in sys.path]
    return next((place for place, name in enumerate(folders)
                 if name in ("site-packages", "dist-packages")), 0)


def _no_input(prompt="", *_, **__):
    raise StdinNotImplementedError(
        "input() waits for somebody to type, and nobody is there while a notebook is graded.")


def _encoded(data):
    """Return `data` with bytes, such as a picture's, in base64."""
    return {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for kind, value in data.items()}

