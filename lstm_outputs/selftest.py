"""Whether this machine has what the series needs, told in one line for each package."""

from importlib.metadata import PackageNotFoundError, version

# The package, what it is installed as, and the oldest version that will do.
NEEDED = [("TensorFlow", "tensorflow", 2), ("Keras", "keras", 3), ("NumPy", "numpy", 1),
          ("Matplotlib", "matplotlib", 3)]


def check_machine(needed=NEEDED, version_of=version):
    """Print a line for each package, and what to do if one is missing or too old.

    needed: (name, name for pip, oldest major version). Nothing is imported, so it is quick.
    """
    missing = []
    for name, package, oldest in needed:
        try:
            found = version_of(package)
        except PackageNotFoundError:
            print(f"{name} is not installed.")
            missing.append(package)
            continue
        if int(found.split(".")[0]) >= oldest:
            print(f"{name} {found}: good.")
        else:
            print(f"{name} {found} is too old: the lessons need {name} {oldest} or newer.")
            missing.append(package)
    if missing:
        print(f"\nRun this in a new cell, then restart the kernel and run this cell again:\n"
              f"%pip install --upgrade {' '.join(missing)}")
    else:
        print("\nAll is here. You can begin.")
