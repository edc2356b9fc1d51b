#!/usr/bin/env bash
# Fuzzes okep: `bash fuzz/run.sh [SECONDS [TARGET...]]`, each target for that long, one after the other.
#
# Needs `cargo install cargo-fuzz`; the stable toolchain will do. What was tried is told in
# `fuzz/logs/TARGET.log`, which `tests/hold.sh` counts; what crashes lies in `fuzz/artifacts/TARGET`.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(document template nav fix json)

# Coverage is asked of the compiler by flags that only a nightly one takes by itself.
export RUSTC_BOOTSTRAP=1
cargo fuzz build -O --sanitizer none >&2

# What is tried runs in the fuzzer's own thread; waking others takes longer than most inputs.
export RAYON_NUM_THREADS=1
host=$(rustc -vV | sed -n 's/^host: //p')
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target" logs
    : >"logs/$target.log"
    end=$((SECONDS + seconds))
    # A crash ends the fuzzer: it is kept and counted, and the rest of the time begins anew.
    while ((SECONDS < end)); do
        nice -n 19 "target/$host/release/$target" "corpus/$target" "seeds/$target" \
            -artifact_prefix="artifacts/$target/" -dict=okep.dict -max_len=6000 -timeout=60 \
            -rss_limit_mb=3000 -print_final_stats=1 -max_total_time=$((end - SECONDS)) \
            >>"logs/$target.log" 2>&1 || true
    done
done
