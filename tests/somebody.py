"""Commands as a user who is not root, where the tests are run by root."""

import os
import sys

USER = "1234"
# The Python of a root user may lie where nobody else gets: it is put in the same place again.
OPEN_THE_WAY = """
set -e
closed="$1" python="$2" scratch="$3"
shift 3
mount --bind "$python" "$scratch"
mount -t tmpfs -o mode=755 tmpfs "$closed"
mkdir -p "$python"
mount --bind "$scratch" "$python"
umount "$scratch"
exec "$@"
"""


def command(scratch, *arguments):
    """Return a command line that runs Python with `arguments` as another user than root.

    scratch: an empty folder. It is run in a mount namespace, so nothing changes for others.
    """
    drop = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--inh-caps=-all",
            "--bounding-set=-all", sys.executable, *arguments]
    closed = _closed(os.path.realpath(sys.base_prefix))
    if closed is None:
        return drop
    return ["unshare", "-m", "sh", "-c", OPEN_THE_WAY, "sh", closed,
            os.path.realpath(sys.base_prefix), str(scratch), *drop]


def _closed(path):
    """Return the outermost folder on the way to `path` that others cannot enter, or None."""
    parts = path.strip("/").split("/")
    ways = ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return next((way for way in ways if not os.stat(way).st_mode & 0o001), None)
