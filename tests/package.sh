#!/usr/bin/env bash
# Builds the wheel and the archive as a release does, in the profile of the tests, and tries both in an empty folder
# with nothing else on PATH; then installs with cargo.
#
# Needs OKEP_TEST_PYTHON, which tests/run.sh sets.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$(dirname "$OKEP_TEST_PYTHON")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

# The profile and the target folder of the tests: nothing is compiled twice.
PATH=$bin:$bin/../packages/bin:$PATH PYTHON=$OKEP_TEST_PYTHON \
    bash packaging/build.sh "$work/dist" host dev --offline --compatibility linux

# Checks a sample repository with the binary in the folder $1, and looks for its documentation in $2.
try() {
    local empty=$work/empty
    mkdir "$empty"
    [[ $(cd "$empty" && env -i PATH="$1" okep --version) == "okep $version" ]]
    (cd "$empty" && env -i PATH="$1" okep demo sample >/dev/null)
    local code=0
    (cd "$empty/sample" && env -i PATH="$1" okep check >/dev/null) || code=$?
    [[ $code == 1 ]] # the sample has errors
    rm -rf "$empty"
    for file in man/man1/okep.1 man/man1/okep-check.1 bash-completion/completions/okep \
        zsh/site-functions/_okep fish/vendor_completions.d/okep.fish; do
        test -s "$2/$file"
    done
    bash -c 'source "$1"; complete -p okep' bash "$2/bash-completion/completions/okep"
    head -n 5 "$2/man/man1/okep.1" | grep -q '^\.TH okep 1'
    for page in $(grep -o '^okep\\-[a-z]*' "$2/man/man1/okep.1" | tr -d '\\'); do
        test -s "$2/man/man1/$page.1" # what the first page refers to
    done
}

wheel=$(echo "$work"/dist/okep-*-py3-none-*.whl)
python3 -m venv --without-pip "$work/venv"
"$OKEP_TEST_PYTHON" -m pip --python "$work/venv/bin/python" install -q --no-index --disable-pip-version-check "$wheel"
try "$work/venv/bin" "$work/venv/share"
echo "wheel: okep $version, $(stat -c %s "$wheel") bytes"

archive=$(echo "$work"/dist/okep-"$version"-*.tar.gz)
tar -C "$work" -xzf "$archive"
unpacked=$work/$(basename "$archive" .tar.gz)
try "$unpacked" "$unpacked/share"
test -s "$unpacked/LICENSE-MIT"
echo "archive: $(basename "$archive"), $(stat -c %s "$archive") bytes"

cargo install -q --debug --locked --offline --path . --root "$work/cargo" --target-dir target
[[ $("$work/cargo/bin/okep" --version) == "okep $version" ]]
echo "cargo install: okep $version"
