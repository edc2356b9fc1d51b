#!/usr/bin/env bash
# Sets up the real clients that okep is held against, then runs every check and every test.
#
# Needs Rust, git, Python 3 and the package registries. All that it makes lies under `target/`.
# `cargo test` alone needs Rust and git only: what needs more says that it is skipped.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
target=$root/target

# A hook or a shell may have named another repository, or another index.
for name in "${!GIT_@}"; do unset "$name"; done

say() { printf '\n== %s\n' "$*"; }

# Gives `target/venv/bin/python` the packages of requirements.txt by the first way that this machine
# offers: Debian has Pythons without ensurepip, and Pythons without pip.
make_python() {
    local wanted=$root/tests/requirements.txt venv=$target/venv log=$target/venv.log
    if cmp -s "$wanted" "$venv/installed.txt" && "$venv/bin/python" -c 'import mkdocs' 2>/dev/null; then
        return
    fi
    : >"$log"
    local way
    for way in venv_of_python venv_of_virtualenv folder_of_packages venv_of_debian; do
        rm -rf "$venv"
        if "$way" "$venv" "$wanted" >>"$log" 2>&1 && "$venv/bin/python" -c 'import mkdocs' >>"$log" 2>&1
        then
            cp "$wanted" "$venv/installed.txt"
            return
        fi
        echo "-- $way failed" >>"$log"
    done
    tail -n 30 "$log" >&2
    echo "error: could not install tests/requirements.txt; install Python 3 with its venv module" \
        "(Debian: python3-venv) and see $log" >&2
    return 1
}

venv_of_python() { python3 -m venv "$1" && "$1/bin/python" -m pip install -q -r "$2"; }

venv_of_virtualenv() {
    { virtualenv -q "$1" || python3 -m virtualenv -q "$1"; } && "$1/bin/python" -m pip install -q -r "$2"
}

folder_of_packages() {
    python3 -m pip install -q --target "$1/packages" -r "$2" || return
    mkdir -p "$1/bin"
    printf '#!/bin/sh\nPYTHONPATH=%q exec python3 "$@"\n' "$1/packages" >"$1/bin/python"
    chmod +x "$1/bin/python"
}

# Only CI's machine is ours to change.
venv_of_debian() {
    [[ ${CI:-} == true && $(id -u) == 0 ]] && apt-get update -q &&
        apt-get install -qy python3-venv && venv_of_python "$@"
}

say "Python with MkDocs, pre-commit and prek in target/venv"
mkdir -p "$target"
make_python
export OKEP_TEST_PYTHON=$target/venv/bin/python
"$OKEP_TEST_PYTHON" -m mkdocs --version

say "the official schema of SARIF"
cargo fetch -q --locked --manifest-path tests/sarif_schema/Cargo.toml
OKEP_TEST_SARIF_SCHEMA=$(cargo metadata -q --locked --offline --format-version 1 \
    --manifest-path tests/sarif_schema/Cargo.toml | "$OKEP_TEST_PYTHON" -c '
import json, pathlib, sys
(crate,) = (p for p in json.load(sys.stdin)["packages"] if p["name"] == "serde-sarif")
print(pathlib.Path(crate["manifest_path"]).parent / "src" / "schema.json")')
export OKEP_TEST_SARIF_SCHEMA
echo "$OKEP_TEST_SARIF_SCHEMA"

corpus=$root/../shared/corpus
if [[ -f $corpus/okeps.bundle ]]; then
    say "real proposals in target/corpus"
    rm -rf "$target/corpus"
    git clone -q -b master "$corpus/okeps.bundle" "$target/corpus"
    git -C "$target/corpus" log -1 --format='%h %s'
    export OKEP_TEST_CORPUS=$target/corpus
    export OKEP_TEST_EXPECTED=$corpus/expected.json
else
    say "no ../shared/corpus: tests on real proposals are skipped"
fi

if [[ ${CI:-} == true ]]; then
    # Nothing is built a second time there; what that would need is half of the disk.
    export CARGO_INCREMENTAL=0
fi

say "format"
cargo fmt --check

say "clippy"
cargo clippy --locked --all-targets -- -D warnings

say "tests"
cargo test --locked

say "packages"
bash tests/package.sh

say "tests with one thread"
RAYON_NUM_THREADS=1 cargo test --locked -- --test-threads=1

say "all passed"
