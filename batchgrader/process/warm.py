"""What a parent process does once, so that none of its children has to do it as its first.

No cell of a hand-in or of an assignment is run for it.
"""

import asyncio
import contextlib
import functools
import inspect
import sys

import stack_data
from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.lexer import words

CELLS = 1000  # whose transformed text is kept


def warm_up(shell, cells=()):
    """Make what the first cells of a shell would have to make.

    cells: (number, source) of cells that many children will run. Measured: IPython's first
    traceback takes 70 ms to import its formatters, to compile patterns and to look for the file
    of every module; later ones take 2 ms. Nothing of it is left in the shell.
    """
    _keep_transformed(shell.input_transformer_manager)
    _keep_colors()
    for number, source in cells:
        with contextlib.suppress(Exception):  # said by who runs it
            _learn(shell, number, source)
    shell.display_formatter.format("warm")
    _fail(shell)


def _keep_transformed(manager):
    """Look for IPython's own syntax in a cell once only: it takes longer than to run many a cell.

    Not once a cell has changed how those after it are transformed.
    """
    def ways():
        return manager.cleanup_transforms, manager.line_transforms, manager.token_transformers

    transform, at_first = manager.transform_cell, tuple(map(list, ways()))
    kept = functools.lru_cache(CELLS)(transform)
    manager.transform_cell = lambda cell: (kept if ways() == at_first else transform)(cell)


def _keep_colors():
    """Let no traceback make its lexers' patterns, its style and its terminal's colors anew."""
    words.get = functools.cache(words.get)
    stack_data.style_with_executing_node = functools.cache(stack_data.style_with_executing_node)
    set_up, known = Terminal256Formatter._setup_styles, {}

    def set_up_once(formatter):
        key = (formatter.style, formatter.usebold, formatter.useunderline, formatter.useitalic)
        if key not in known:
            set_up(formatter)
            known[key] = formatter.style_string
        formatter.style_string = known[key]

    Terminal256Formatter._setup_styles = set_up_once


def _learn(shell, number, source):
    transformed = shell.input_transformer_manager.transform_cell(source)
    if len(transformed.splitlines()) > 1:  # one line may mean a magic, as names are then
        shell.compile.learn(transformed, number)


def _fail(shell):
    """Run a cell, this package's own, that ends with an error."""
    inspect.getmodule(_fail.__code__)  # looks at the files of all modules
    code, loop = "'warm'\nraise ValueError('warm')", asyncio.new_event_loop()
    try:
        loop.run_until_complete(shell.run_cell_async(code, transformed_cell=code))
    finally:
        loop.close()
    shell.last_execution_succeeded, shell.last_execution_result = True, None
    shell.compile._filename_map.clear()
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
