#!/usr/bin/env bash
# Talks to the bot over a real Matrix server (Synapse) with real clients (matrix-nio), all on this machine and
# ended again: `bash tests/matrix/run.sh [target/release/referent]`. MATRIX_PAUSE=60 lets the server be
# away for a minute; MATRIX_ONLY=NAME runs one conversation.
set -euo pipefail
cd "$(dirname "$0")/../.."
referent=${1:-target/debug/referent}
if [ ! -x "$referent" ]; then
  echo "matrix: $referent is not there: run cargo build first" >&2
  exit 2
fi
# Installed once, and again when another version is asked for.
wanted=$(sha256sum tests/matrix/requirements.txt | cut -c 1-12)
venv=$PWD/target/matrix-$wanted
if [ ! -x "$venv/bin/synapse_homeserver" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/matrix/requirements.txt || {
    rm -rf "$venv"
    echo "matrix: Synapse and matrix-nio cannot be installed: is PyPI reachable?" >&2
    exit 1
  }
fi
exec "$venv/bin/python" tests/matrix/conversations.py "$referent"
