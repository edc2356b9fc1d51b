#!/usr/bin/env bash
# The one step of the action: annotations on stdout, a summary of the job, a SARIF file.
#
# Takes OKEP_DIRECTORY, OKEP_SINCE (or OKEP_BASE and OKEP_HEAD, as the event of a pull request has them),
# OKEP_FAIL_ON and OKEP_SARIF_FILE; an `okep` on PATH is used as it is,
# else the one of this very revision of the action is built. Exits as `okep check` does.
set -euo pipefail

# The runner takes commands out of all that is printed, so what okep complains about is escaped.
refuse() {
    local message=${1#error: }
    message=${message//'%'/%25}
    message=${message//$'\r'/%0D}
    message=${message//$'\n'/%0A}
    printf '::error title=okep::%s\n' "$message"
    exit 2
}

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

if ! command -v okep >/dev/null; then
    command -v cargo >/dev/null ||
        refuse "neither okep nor cargo is on PATH: install one of them in a step before this one"
    echo "building okep; a step before this one that installs it saves the minutes"
    # Outside of the checked-out repository, whose .cargo/config.toml would count.
    (cd "$GITHUB_ACTION_PATH" && cargo install -q --locked --path . --root "$temporary/okep") ||
        refuse "okep could not be built"
    PATH=$temporary/okep/bin:$PATH
fi

# What runs for a pull request is mostly its merge with the base as that is now; the event may name an
# older one, and what others brought since would count as the pull request's.
since=${OKEP_SINCE:-${OKEP_BASE:-}}
if [[ -z ${OKEP_SINCE:-} && -n ${OKEP_HEAD:-} ]]; then
    parents=$(git -C "${OKEP_DIRECTORY:-.}" rev-list --parents -1 HEAD 2>/dev/null) || parents=
    read -r _ first others <<<"$parents" || true
    if [[ " ${others:-} " == *" $OKEP_HEAD "* ]]; then
        since=$first
    fi
fi

arguments=(-C "${OKEP_DIRECTORY:-.}" check "--fail-on=${OKEP_FAIL_ON:-error}")
if [[ -n $since ]]; then
    arguments+=("--since=$since")
fi

# Prints the report in one format; 1 says that there are findings, 2 that there is no verdict.
report() {
    local code=0
    okep "${arguments[@]}" "--format=$1" 2>"$temporary/stderr" || code=$?
    return "$code"
}

code=0
report github || code=$?
if ((code > 1)); then
    refuse "$(<"$temporary/stderr")"
fi
if [[ -n ${OKEP_SARIF_FILE:-} ]]; then
    report sarif >"$temporary/sarif" || (($? == 1)) || refuse "$(<"$temporary/stderr")"
    cp -- "$temporary/sarif" "$OKEP_SARIF_FILE" 2>"$temporary/stderr" ||
        refuse "SARIF could not be written: $(<"$temporary/stderr")"
    # With a delimiter nobody can guess: a file name with line breaks could set other outputs.
    delimiter=okep-$RANDOM$RANDOM$RANDOM
    printf 'sarif-file<<%s\n%s\n%s\n' "$delimiter" "$OKEP_SARIF_FILE" "$delimiter" \
        >>"${GITHUB_OUTPUT:-/dev/null}"
fi
report markdown >>"${GITHUB_STEP_SUMMARY:-/dev/null}" || (($? == 1)) || refuse "$(<"$temporary/stderr")"
exit "$code"
