#!/usr/bin/env bash
# Uses the web page as people do, in a real browser (Debian's Chromium), all on this machine and ended again:
# `bash tests/web/run.sh [target/release/referent]`. Pictures of every page are left in target/web. WEB_ONLY=NAME runs one test.
set -euo pipefail
cd "$(dirname "$0")/../.."
referent=${1:-target/debug/referent}
if [ ! -x "$referent" ]; then
  echo "web: $referent is not there: run cargo build first" >&2
  exit 2
fi
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  apt-get install -y -qq --no-install-recommends chromium chromium-driver fonts-dejavu-core fonts-noto-color-emoji >/dev/null || {
    echo "web: chromium and chromium-driver cannot be installed: is Debian's archive reachable, and may you install?" >&2
    exit 1
  }
fi
# Installed once, and again when another version is asked for.
wanted=$(sha256sum tests/web/requirements.txt tests/web/package.json | sha256sum | cut -c 1-12)
tools=$PWD/target/web-tools-$wanted
if [ ! -e "$tools/ready" ]; then
  rm -rf "$tools"
  mkdir -p "$tools"
  python3 -m venv "$tools/venv" &&
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check -r tests/web/requirements.txt &&
    cp tests/web/package.json "$tools/" &&
    npm install --prefix "$tools" --silent --no-audit --no-fund || {
    rm -rf "$tools"
    echo "web: selenium or axe-core cannot be installed: are PyPI and the npm registry reachable?" >&2
    exit 1
  }
  touch "$tools/ready"
fi
exec "$tools/venv/bin/python" tests/web/browser.py "$referent" "$tools/node_modules/axe-core/axe.min.js"
