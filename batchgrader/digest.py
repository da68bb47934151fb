"""One hash of many files: what an outcome depends on, so that nothing is done twice."""

import hashlib

KEPT_BY_TOOLS = {".ipynb_checkpoints", "__pycache__"}


def digest(root, *names):
    """Return a hash of the names and bytes of files in `root`; a folder stands for all below it.

    A name that does not exist counts as such. What Python and JupyterLab keep does not count.
    """
    hashed = hashlib.sha256()
    for name in names:
        path = root / name
        below = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in below:
            if not KEPT_BY_TOOLS.intersection(file.parts):
                content = file.read_bytes() if file.exists() else b"none"
                hashed.update(f"{file.relative_to(root)}\0{len(content)}\0".encode() + content)
    return hashed.hexdigest()
