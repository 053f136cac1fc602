#!/usr/bin/env bash
# Lets the program fetch documents from a real server (nginx, with WebDAV), on this machine and ended
# again: `bash tests/sources/run.sh [target/release/referent]`. SOURCES_ONLY=NAME runs one test.
set -euo pipefail
cd "$(dirname "$0")/../.."
referent=${1:-target/debug/referent}
if [ ! -x "$referent" ]; then
  echo "sources: $referent is not there: run cargo build first" >&2
  exit 2
fi
module=/usr/lib/nginx/modules/ngx_http_dav_ext_module.so
if [ ! -x /usr/sbin/nginx ] || [ ! -f "$module" ]; then
  # Debian starts a server of its own after installing; here none is wanted.
  apt-get install -y -q nginx-light libnginx-mod-http-dav-ext >/dev/null 2>&1 || {
    echo "sources: nginx cannot be installed: install nginx-light and libnginx-mod-http-dav-ext" >&2
    exit 1
  }
fi
exec python3 tests/sources/arrive.py "$(realpath "$referent")"
