#!/usr/bin/env bash
# Builds what a release has for one target: a wheel, and an archive with the binary, completions, man pages and
# licences. Both go into OUT.
#
#     packaging/build.sh OUT TARGET [PROFILE] [OPTIONS OF MATURIN...]
#
# TARGET is a triple of rustc, or `host`. The archive has the name that `[package.metadata.binstall]` in Cargo.toml
# gives it. Needs cargo and maturin (as a module of PYTHON, by default python3).
set -euo pipefail

out=$1 target=$2 profile=${3:-release}
shift $(($# < 3 ? $# : 3))
mkdir -p "$out"
out=$(cd -- "$out" && pwd -P)
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
python=${PYTHON:-python3}
share=packaging/wheel/data/share
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Completions and man pages, made by a binary that runs here.
cargo build -q --locked
okep=target/debug/okep
mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$okep" man "$share/man/man1"
"$okep" completions bash >"$share/bash-completion/completions/okep"
"$okep" completions zsh >"$share/zsh/site-functions/_okep"
"$okep" completions fish >"$share/fish/vendor_completions.d/okep.fish"

for_target=()
folder=target
triple=$target
if [[ $target == host ]]; then
    triple=$(rustc -vV | sed -n 's/^host: //p')
else
    for_target=(--target "$target")
    folder=target/$target
fi
"$python" -m maturin build -q --profile "$profile" --locked "${for_target[@]}" --out "$out" "$@"

# The wheel holds the binary that maturin has just built.
[[ $profile == dev ]] && profile=debug
suffix=
[[ $triple == *-windows-* ]] && suffix=.exe
name=okep-$version-$triple
mkdir "$work/$name"
cp "$folder/$profile/okep$suffix" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$work/$name/"
cp -R "$share" "$work/$name/share"
tar -C "$work" -czf "$out/$name.tar.gz" "$name"
