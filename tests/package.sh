#!/usr/bin/env bash
# Builds the wheel and installs it where there is nothing but Python, and installs with cargo; both from
# what the tests have already compiled.
#
# Needs OKEP_TEST_PYTHON, which tests/run.sh sets.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
share=packaging/wheel/data/share
bin=$(dirname "$OKEP_TEST_PYTHON")

cargo build -q --locked
bash packaging/assets.sh target/debug/okep "$share"
bash -n "$share/bash-completion/completions/okep"
bash -c 'source "$1"; complete -p okep' bash "$share/bash-completion/completions/okep"
head -n 5 "$share/man/man1/okep.1" | grep -q '^\.TH okep 1'
for page in $(grep -o '^okep\\-[a-z]*' "$share/man/man1/okep.1" | tr -d '\\'); do
    test -s "$share/man/man1/$page.1" # what the first page refers to
done

# The profile and the target folder of the tests: nothing is compiled twice.
PATH=$bin:$bin/../packages/bin:$PATH "$OKEP_TEST_PYTHON" -m maturin build -q --profile dev --locked --offline \
    --compatibility linux --out "$work/dist"
wheel=$(echo "$work"/dist/okep-*-py3-none-*.whl)

python3 -m venv --without-pip "$work/venv"
"$OKEP_TEST_PYTHON" -m pip --python "$work/venv/bin/python" install -q --no-index --disable-pip-version-check "$wheel"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
installed=$(cd "$work" && env -i PATH="$work/venv/bin" okep --version)
[[ $installed == "okep $version" ]]
for file in man/man1/okep.1 man/man1/okep-check.1 bash-completion/completions/okep zsh/site-functions/_okep \
    fish/vendor_completions.d/okep.fish; do
    test -s "$work/venv/share/$file"
done
echo "wheel: $installed, $(stat -c %s "$wheel") bytes"

cargo install -q --debug --locked --offline --path . --root "$work/cargo" --target-dir target
[[ $("$work/cargo/bin/okep" --version) == "okep $version" ]]
echo "cargo install: okep $version"

# An archive, of the debug build under the name of a target that there is not.
triple=$(basename "$work")
mkdir -p "target/$triple"
trap 'rm -rf "$work" "$root/target/$triple"' EXIT
ln -s "$root/target/debug" "target/$triple/release"
bash packaging/archive.sh "$triple" "$work/dist"
tar -C "$work" -xzf "$work/dist/okep-$version-$triple.tar.gz"
[[ $("$work/okep-$version-$triple/okep" --version) == "okep $version" ]]
test -s "$work/okep-$version-$triple/share/man/man1/okep-check.1"
echo "archive: okep-$version-TARGET.tar.gz"
