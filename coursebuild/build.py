"""content/ to notebooks/ and source/: read, embed, execute in an empty folder, write.

A notebook whose cells have not changed is left alone, one edited by hand is never overwritten.
"""

import difflib
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from coursebuild.rules import check_assignment
from coursebuild.settings import ROOT, BuildError
from coursebuild.text import fingerprint, read_exercise, read_lesson


def targets():
    """Return (content path, notebook path, reader) for every notebook that is derived."""
    lessons = sorted((ROOT / "content/lessons").glob("*.py"))
    exercises = sorted((ROOT / "content/exercises").glob("*.py"))
    return [
        *((path, ROOT / f"notebooks/{path.stem}.ipynb", read_lesson) for path in lessons),
        *((path, ROOT / f"source/{path.stem}/{path.stem}.ipynb", read_exercise)
          for path in exercises),
    ]


def read(content, reader):
    """Return the checked, not yet executed notebook of the file `content`."""
    notebook = reader(content)
    if reader is read_exercise:
        check_assignment(notebook, content.stem)
    return notebook


def build(names=(), force=False):
    """Bring notebooks/ and source/ up to date.

    names: stems of content files; none means all. force: execute the unchanged ones again.
    """
    unknown = set(names) - {content.stem for content, _, _ in targets()}
    if unknown:
        raise BuildError(f"There is no {' or '.join(sorted(unknown))} in content/.")
    todo = []
    for content, path, reader in targets():
        if names and content.stem not in names:
            continue
        notebook = read(content, reader)
        if path.exists():
            old = nbformat.read(path, as_version=4)
            stop_if_edited(old, notebook, path, content)
            if not force and fingerprint(old) == fingerprint(notebook):
                print(f"{path.relative_to(ROOT)}: up to date")
                continue
        todo.append((notebook, path))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda job: _execute_and_write(*job), todo))


def stop_if_edited(old, new, path, content):
    """Raise BuildError, with the difference, if the notebook `old` was not built as it stands."""
    if old.metadata.get("course", {}).get("fingerprint") == fingerprint(old):
        return
    name, content = path.relative_to(ROOT), content.relative_to(ROOT)
    difference = difflib.unified_diff(
        jupytext.writes(new, "py:percent").split("\n")[15:],
        jupytext.writes(old, "py:percent").split("\n")[15:],
        f"built from {content}", f"found in {name}", lineterm="", n=1)
    raise BuildError(f"{name} was edited by hand, so it is left as it is.\n"
                     + "\n".join(difference)
                     + f"\n\nBring the lines marked + into {content}, remove {name}, and run "
                     "`make notebooks` again.")


def execute(notebook):
    """Run `notebook` in an empty folder, as in Colab, and keep nothing of this machine in it."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=600, record_timing=False, coalesce_streams=True,
                                extra_arguments=["--IPKernelApp.log_level=ERROR"],
                                resources={"metadata": {"path": folder}})
        client.execute(env={**os.environ, "PYTHONSAFEPATH": "1"})
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def _execute_and_write(notebook, path):
    start = time.monotonic()
    try:
        execute(notebook)
    except CellExecutionError as error:
        raise BuildError(f"{path.relative_to(ROOT)} stops with an error:\n{error}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    nbformat.write(notebook, half)
    half.replace(path)
    print(f"{path.relative_to(ROOT)}: built in {time.monotonic() - start:.0f} s", flush=True)
