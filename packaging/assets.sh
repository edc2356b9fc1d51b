#!/usr/bin/env bash
# Writes the completions and the man pages, as `okep` itself makes them, to where a system looks for them
# below a `share` folder.
set -euo pipefail

okep=$1 share=$2
mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$okep" man "$share/man/man1"
"$okep" completions bash >"$share/bash-completion/completions/okep"
"$okep" completions zsh >"$share/zsh/site-functions/_okep"
"$okep" completions fish >"$share/fish/vendor_completions.d/okep.fish"
