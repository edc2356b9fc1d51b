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

# Finds a browser and gives `target/browser` the packages that drive it. In CI there must be one;
# elsewhere the tests that look at the page of `okep history` say that they are skipped.
make_browser() {
    local name browser=$target/browser
    for name in chromium google-chrome chromium-browser; do
        OKEP_TEST_CHROMIUM=$(command -v "$name") && break
    done
    if [[ -z $OKEP_TEST_CHROMIUM ]] && chromium_of_debian >"$target/browser.log" 2>&1; then
        OKEP_TEST_CHROMIUM=$(command -v chromium)
    fi
    [[ -n $OKEP_TEST_CHROMIUM ]] || { echo "no Chromium (Debian: apt-get install chromium)"; return 1; }
    command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
        { echo "no Node.js 20 or newer with npm"; return 1; }
    mkdir -p "$browser"
    if ! cmp -s tests/browser/package-lock.json "$browser/installed.json"; then
        cp tests/browser/package.json tests/browser/package-lock.json "$browser/"
        npm ci --prefix "$browser" --ignore-scripts --no-audit --no-fund >"$target/browser.log" 2>&1 ||
            { tail -n 30 "$target/browser.log"; echo "npm could not install tests/browser"; return 1; }
        cp tests/browser/package-lock.json "$browser/installed.json"
    fi
    OKEP_TEST_BROWSER=$browser
}

chromium_of_debian() {
    [[ ${CI:-} == true && $(id -u) == 0 ]] && apt-get update -q && apt-get install -qy chromium chromium-driver
}

say "a browser for the page of \`okep history\`"
OKEP_TEST_BROWSER='' OKEP_TEST_CHROMIUM=''
if make_browser; then
    export OKEP_TEST_BROWSER OKEP_TEST_CHROMIUM
    "$OKEP_TEST_CHROMIUM" --version
elif [[ ${CI:-} == true ]]; then
    echo "error: in CI the page has to be opened in a browser" >&2
    exit 1
else
    echo "the tests that open the page are skipped"
    unset OKEP_TEST_BROWSER OKEP_TEST_CHROMIUM
fi

say "Neovim as a client of \`okep lsp\`"
# Where CI is not root it may become it.
neovim_of_debian() {
    local root=()
    [[ $(id -u) == 0 ]] || root=(sudo -n)
    [[ ${CI:-} == true ]] && "${root[@]}" apt-get update -q && "${root[@]}" apt-get install -qy neovim
}
if command -v nvim >/dev/null || neovim_of_debian >"$target/neovim.log" 2>&1; then
    nvim --version | head -n 1
elif [[ ${CI:-} == true ]]; then
    echo "error: in CI an editor has to use the language server" >&2
    exit 1
else
    echo "no Neovim (Debian: apt-get install neovim); its test is skipped"
fi

say "the official schema of SARIF"
cargo fetch -q --locked --manifest-path tests/sarif_schema/Cargo.toml
OKEP_TEST_SARIF_SCHEMA=$(cargo metadata -q --locked --offline --format-version 1 \
    --manifest-path tests/sarif_schema/Cargo.toml | "$OKEP_TEST_PYTHON" -c '
import json, pathlib, sys
(crate,) = (p for p in json.load(sys.stdin)["packages"] if p["name"] == "serde-sarif")
print(pathlib.Path(crate["manifest_path"]).parent / "src" / "schema.json")')
export OKEP_TEST_SARIF_SCHEMA
echo "$OKEP_TEST_SARIF_SCHEMA"

# Gives `target/tools/bin/cargo-deny`; no registry has one that is built and current. About two minutes
# of one processor.
make_cargo_deny() {
    local version=0.20.2 tools=$target/tools
    if [[ $("$tools/bin/cargo-deny" --version 2>/dev/null) == "cargo-deny $version" ]]; then
        return
    fi
    if ! cargo install -q cargo-deny --version "$version" --locked --debug --no-default-features \
        --root "$tools" --target-dir "$tools/build" >"$target/tools.log" 2>&1
    then
        tail -n 30 "$target/tools.log" >&2
        return 1
    fi
    rm -rf "$tools/build"
}

say "licences and bans"
make_cargo_deny
"$target/tools/bin/cargo-deny" check licenses bans sources

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
cargo fmt --check --manifest-path fuzz/Cargo.toml

say "clippy"
cargo clippy --locked --all-targets -- -D warnings

say "tests"
cargo test --locked

say "packages"
bash tests/package.sh

# What threads can change: the library, histories, and what holds whatever happens. The rest of the tests
# runs the same code in a process of its own.
say "tests with one thread"
export RAYON_NUM_THREADS=1
# What a browser makes of the page does not depend on threads.
unset OKEP_TEST_BROWSER
cargo test --locked --lib -- --test-threads=1
cargo test --locked --test it -- history:: git::
cargo test --locked --test hold

say "all passed"
