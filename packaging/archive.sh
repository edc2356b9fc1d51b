#!/usr/bin/env bash
# Packs the release build for a target into an archive: binary, completions, man page, licences.
#
# The names are those that `[package.metadata.binstall]` in Cargo.toml promises.
set -euo pipefail

target=$1 out=$2 profile=${3:-release}
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
name=okep-$version-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

suffix=
[[ $target == *-windows-* ]] && suffix=.exe
mkdir -p "$work/$name" "$out"
cp "$root/target/$target/$profile/okep$suffix" "$work/$name/"
cp "$root"/{README.md,CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT} "$work/$name/"
cp -R "$root/packaging/wheel/data/share" "$work/$name/share"
tar -C "$work" -czf "$out/$name.tar.gz" "$name"
