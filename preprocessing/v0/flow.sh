#!/usr/bin/env bash
# The command line of RL4ReAl's preprocessing: flow.sh TARGET MODE MODEL [options of `rl4real-data flow`].
# A thin wrapper: everything is done by `rl4real-data flow`.
set -euo pipefail

usage() {
    echo "usage: flow.sh <x86|aarch64> <train|test> <mlra|mlbasicra> [options of 'rl4real-data flow']" >&2
    exit 2
}

case "${1-}" in -h | --help) echo "usage: flow.sh <x86|aarch64> <train|test> <mlra|mlbasicra> [options of 'rl4real-data flow']"; exit 0 ;; esac
[ $# -ge 3 ] || { echo "flow.sh: three words are needed, $# given" >&2; usage; }
case "$1" in x86 | aarch64) ;; *) echo "flow.sh: unknown target '$1'" >&2; usage ;; esac
case "$2" in train | test) ;; *) echo "flow.sh: unknown mode '$2'" >&2; usage ;; esac
case "$3" in mlra | mlbasicra) ;; *) echo "flow.sh: unknown model '$3'" >&2; usage ;; esac

# The program of this checkout if it is set up, else the one on PATH.
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ -x "$checkout/.venv/bin/rl4real-data" ]; then
    exec "$checkout/.venv/bin/rl4real-data" flow "$@"
elif command -v rl4real-data >/dev/null 2>&1; then
    exec rl4real-data flow "$@"
fi
echo "flow.sh: rl4real-data is not installed" >&2
echo "  next: run 'make setup' in $checkout, or 'pip install rl4real-data'" >&2
exit 5
