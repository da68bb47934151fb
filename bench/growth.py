"""How time and memory of batchgrader grow with the size of a class."""

import os
import shutil
import subprocess
import sys
import time
from statistics import correlation, linear_regression

import classes
from observe import observe


def measure(sizes, place):
    """Return {size: (s, CPU s, MiB of the coordinator at its peak, s of a run again)}."""
    name, found = classes.KINDS["plain"], {}
    made = classes.make("plain", max(sizes), place / "made")
    for size in sizes:
        course = classes.copy(made, place / str(size), size)
        command = [sys.executable, "-m", "batchgrader", "grade", name]
        seen = observe(command, size,
                       lambda course=course: len(list((course / "autograded").glob(f"*/{name}"))),
                       cwd=course)
        begin = time.monotonic()
        subprocess.run(command, cwd=course, stdout=subprocess.DEVNULL)
        found[size] = seen.seconds, seen.cpu, seen.first / 2**20, time.monotonic() - begin
        shutil.rmtree(course)
    return found


def report(found, picture):
    """Print a line for each size and draw the picture."""
    print(f"\nClasses of different size, plain, load {os.getloadavg()[0]:.1f}\n"
          f"{'hand-ins':>8}{'s':>10}{'CPU s':>10}{'MiB':>10}{'again, s':>10}")
    for size, figures in found.items():
        print(f"{size:8}" + "".join(f"{figure:10.1f}" for figure in figures))
    sizes, columns = list(found), list(zip(*found.values()))
    if len(sizes) < 3:
        return
    for title, column in (("s", columns[0]), ("CPU s", columns[1]), ("MiB", columns[2])):
        slope, start = linear_regression(sizes, column)
        print(f"{title:6} {start:.2f} + {slope:.4f} a hand-in, "
              f"R² {correlation(sizes, column) ** 2:.4f}")
    _draw(sizes, columns, picture)


def _draw(sizes, columns, picture):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"  # the same picture for the same figures
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for ax, column, label in zip(axes, (columns[0], columns[2]),
                                 ("time (s)", "memory of the coordinator (MiB)")):
        ax.plot(sizes, column, "o-", color="#0072B2")
        ax.set(xlabel="hand-ins", ylabel=label, ylim=(0, 1.1 * max(column)))
    figure.savefig(picture, metadata={"Date": None})
    plt.close(figure)
