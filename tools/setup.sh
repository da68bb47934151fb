#!/usr/bin/env bash
# Makes .venv with everything in requirements.txt. Does nothing where that is done already;
# stopped half way and started again, it finishes.
set -u
cd "$(dirname "$0")/.." || exit 1

stop() { printf '\nsetup: %s\n' "$*" >&2; exit 1; }

works() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && works "$name"; then python=$name; break; fi
done
[ -n "${python:-}" ] || stop "Python 3.11, 3.12 or 3.13 is needed and none was found. Install one" \
    "(on Debian or Ubuntu: sudo apt install python3 python3-venv), or name yours: make PYTHON=..."

want=$("$python" --version; cat requirements.txt constraints.txt pyproject.toml)
[ "$(cat .venv/.ready 2>/dev/null)" = "$want" ] && exit 0

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "$python has no venv module. On Debian or Ubuntu: sudo apt install python3-venv"
if [ ! -d .venv ]; then
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge 4000 ] || stop "4000 MB of free disk space are needed here, $free MB are left."
fi
same=$(.venv/bin/python --version 2>/dev/null)
if [ "$same" != "$("$python" --version)" ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv || stop "the virtual environment .venv could not be made."
fi

echo "Installing requirements.txt into .venv (2.5 GB, a minute or more) ..."
log=.venv/setup.log
.venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
    -r requirements.txt 2>&1 | tee "$log" |
    awk '/^Collecting/ { if (++n % 20 == 0) { print "  " n " packages looked up"; fflush() } }
         /^Installing collected/ { print "  installing them"; fflush() }'
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
    grep -qi 'no space left' "$log" && stop "the disk is full. Make room and run the same again."
    grep -qiE 'connection|name resolution|timed out|network|from versions: none' "$log" &&
        stop "the packages could not be downloaded. Is there a network? Details: $log"
    grep -E '^ERROR' "$log" | tail -3 >&2
    stop "the packages could not be installed. Details: $log"
fi
printf '%s\n' "$want" > .venv/.ready
echo "Ready."
