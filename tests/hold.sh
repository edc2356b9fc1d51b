#!/usr/bin/env bash
# Tries to break okep and prints what was tried and how often: `bash tests/hold.sh [SECONDS]`.
#
# All Markdown and YAML in the sources of the dependencies is held to every promise; okep is killed, starved
# of disk, locked out and raced for `OKEP_TEST_FAULTS` rounds each, or a hundred; and with SECONDS each fuzz
# target runs for that long (which needs `cargo install cargo-fuzz`). Without, the logs of fuzzing done
# before are counted. `OKEP_TEST_REAL_FOLDERS` names more folders, as PATH does, `OKEP_TEST_REAL_FILES=few`
# takes a sample only, and `OKEP_TEST_SEED` draws other moments for the faults.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export OKEP_TEST_REAL_FILES=${OKEP_TEST_REAL_FILES:-all} OKEP_TEST_FAULTS=${OKEP_TEST_FAULTS:-100}
export OKEP_TEST_TALLY=$PWD/target/tally.tsv
mkdir -p target
: >"$OKEP_TEST_TALLY"
# Optimised, or it takes hours.
result=0
cargo test --release --locked --test hold >target/hold.log 2>&1 || result=$?
((result == 0)) || tail -n 40 target/hold.log
grep '^skipped: ' target/hold.log || true

if (($# > 0)); then
    bash fuzz/run.sh "$1"
fi
for log in fuzz/logs/*.log; do
    [[ -f $log ]] || continue
    target=$(basename "${log%%.*}")
    awk -v target="$target" '
        /^INFO: Seed/ { total += last; last = 0 }
        /^#[0-9]/ { last = substr($1, 2) }
        /^stat::number_of_executed_units/ { total += $2; last = 0 }
        /Test unit written to .*(crash|timeout|oom)-/ { found++ }
        END {
            printf "%d\tfuzzed inputs: %s\n", total + last, target
            printf "%d\tinputs that broke a promise when fuzzed: %s\n", found, target
        }' "$log" >>"$OKEP_TEST_TALLY"
done

awk -F '\t' '
    { if (!($2 in count)) order[++rows] = $2; count[$2] += $1 }
    END { for (i = 1; i <= rows; i++) printf "%12d  %s\n", count[order[i]], order[i] }
' "$OKEP_TEST_TALLY"
if ((result == 0)); then
    echo "nothing was lost, and no promise was broken by the tests"
else
    echo "a promise was broken: target/hold.log says which"
fi
exit "$result"
