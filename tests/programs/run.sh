#!/usr/bin/env bash
# Asks the program as other programs do, all on this machine and ended again: schemathesis holds the interface against its
# own description, and the Model Context Protocol's own client lists and calls the tools.
# `bash tests/programs/run.sh [target/release/referent]`
set -euo pipefail
cd "$(dirname "$0")/../.."
referent=$(realpath "${1:-target/debug/referent}")
if [ ! -x "$referent" ]; then
  echo "programs: $referent is not there: run cargo build first" >&2
  exit 2
fi
# Installed once, and again when another version is asked for.
tools=$PWD/target/programs-tools-$(sha256sum tests/programs/requirements.txt | cut -c 1-12)
if [ ! -e "$tools/ready" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools" &&
    "$tools/bin/pip" install --quiet --disable-pip-version-check -r tests/programs/requirements.txt || {
    rm -rf "$tools"
    echo "programs: schemathesis or mcp cannot be installed: is PyPI reachable?" >&2
    exit 1
  }
  touch "$tools/ready"
fi
folder=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap finish EXIT
printf '[web]\nlisten = "127.0.0.1:0"\n' >"$folder/config.toml"
options=(--config "$folder/config.toml" --knowledge knowledge --data "$folder/data")
"$referent" "${options[@]}" serve >"$folder/address" 2>"$folder/log" &
server=$!
base=
for _ in $(seq 600); do
  base=$(sed -n 's/^referent: \(http.*\)\/$/\1/p' "$folder/address")
  [ -n "$base" ] && break
  if ! kill -0 "$server" 2>/dev/null; then
    cat "$folder/log" >&2
    exit 1
  fi
  sleep 0.1
done
"$tools/bin/python" tests/programs/models.py "$base" "$referent" "${options[@]}"
(cd "$folder" && PATH=$tools/bin:$PATH schemathesis run "$base/api/v1/openapi.json" \
  --seed "${SEED:-20261122}" --max-examples "${EXAMPLES:-60}" --checks all --no-color --workers 1)
# Nothing went wrong inside, and it answers on.
if grep -E "panicked|ERROR" "$folder/log"; then
  echo "programs: the program says that something went wrong" >&2
  exit 1
fi
"$tools/bin/python" -c "import sys, urllib.request as u; sys.exit(u.urlopen(sys.argv[1] + '/readyz').status != 200)" "$base"
echo "programs: all is well"
