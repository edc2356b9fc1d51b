#!/usr/bin/env bash
# Makes docs/history.png anew: the page of `okep history` for the repository of `okep demo`, as Chromium has it.
#
# Needs what tests/run.sh sets up below `target/`: the built binary and the driver in target/browser.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target/debug/okep demo "$work/demo" >/dev/null
target/debug/okep -C "$work/demo" history --format html >"$work/page.html"
OKEP_TEST_BROWSER=target/browser node tests/browser/page.mjs --picture "$work/page.html" docs/history.png
# Few colours are in it; without pngquant the file is only larger.
if command -v pngquant >/dev/null; then pngquant --force --ext .png --skip-if-larger 64 docs/history.png; fi
stat -c '%n: %s bytes' docs/history.png
