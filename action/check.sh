#!/usr/bin/env bash
# The one step of the action: annotations on stdout, a summary of the job, a SARIF file.
#
# Takes OKEP_DIRECTORY, OKEP_SINCE (or OKEP_BASE and OKEP_HEAD, as the event of a pull request has them),
# OKEP_PULL_REQUEST, OKEP_FAIL_ON and OKEP_SARIF_FILE. The binary is that of OKEP_WHEEL, else of the release
# OKEP_VERSION, else the `okep` on PATH, else, with OKEP_BUILD=true, this very revision of the action, built with
# cargo. Exits as `okep check` does.
set -euo pipefail

# The runner takes commands out of everything that is printed, so file names and messages are escaped.
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
directory=${OKEP_DIRECTORY:-.}

install_wheel() {
    [[ -f $OKEP_WHEEL ]] || refuse "there is no wheel \`$OKEP_WHEEL\`"
    # No index: a wheel of okep needs nothing else.
    python3 -m pip install -q --no-index --no-deps --disable-pip-version-check --target "$temporary/wheel" \
        -- "$OKEP_WHEEL" >&2 2>"$temporary/stderr" ||
        refuse "the wheel could not be installed: $(<"$temporary/stderr")"
    PATH=$temporary/wheel/bin:$PATH
}

download_release() {
    local version=${OKEP_VERSION#v} system machine name
    [[ $version =~ ^[0-9A-Za-z.+-]+$ ]] || refuse "\`$OKEP_VERSION\` is not a version, as 0.1.0"
    if [[ $(okep --version 2>/dev/null) == "okep $version" ]]; then
        return
    fi
    case $(uname -s) in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    *) system=pc-windows-msvc ;;
    esac
    machine=$(uname -m)
    machine=${machine/arm64/aarch64}
    name=okep-$version-$machine-$system
    gh release download "v$version" --repo "${OKEP_REPOSITORY:-}" --dir "$temporary" \
        --pattern "$name.tar.gz" --pattern SHA256SUMS 2>"$temporary/stderr" >&2 ||
        refuse "okep $version could not be downloaded: $(<"$temporary/stderr")"
    (cd "$temporary" && grep -F " $name.tar.gz" SHA256SUMS | sha256sum --check --status --strict -) ||
        refuse "the archive of okep $version is not the one of its SHA256SUMS"
    tar -C "$temporary" -xzf "$temporary/$name.tar.gz"
    PATH=$temporary/$name:$PATH
}

build() {
    command -v cargo >/dev/null || refuse "\`build\` is true, but cargo is not on PATH"
    # Outside of the checked-out repository, whose .cargo/config.toml would count.
    (cd "$GITHUB_ACTION_PATH" && cargo install -q --locked --path . --root "$temporary/okep") ||
        refuse "okep could not be built"
    PATH=$temporary/okep/bin:$PATH
}

if [[ -n ${OKEP_WHEEL:-} ]]; then
    install_wheel
elif [[ -n ${OKEP_VERSION:-} ]]; then
    download_release
elif ! command -v okep >/dev/null; then
    [[ ${OKEP_BUILD:-} == true ]] ||
        refuse "okep is not on PATH: give \`version\` or \`wheel\`, install it in a step before, or set \`build: true\`, which takes minutes"
    build
fi

# What runs for a pull request is mostly its merge with the base as that is now; the event may name an older
# base, and what others introduced since would count as the pull request's.
since=${OKEP_SINCE:-${OKEP_BASE:-}}
if [[ -z ${OKEP_SINCE:-} && -n ${OKEP_HEAD:-} ]]; then
    parents=$(git -C "$directory" rev-list --parents -1 HEAD 2>/dev/null) || parents=
    read -r commit first others <<<"$parents" || true
    if [[ " ${others:-} " == *" $OKEP_HEAD "* ]]; then
        since=$first
    elif [[ -n ${commit:-} && -z ${first:-} && $(git -C "$directory" rev-parse --is-shallow-repository) == true ]]; then
        refuse "the checkout has only one commit, and nothing to compare it with: give actions/checkout \`fetch-depth: 2\`, or \`0\` so that okep knows when each OKEP landed"
    fi
fi

arguments=(-C "$directory" check "--fail-on=${OKEP_FAIL_ON:-error}")
if [[ -n $since ]]; then
    arguments+=("--since=$since")
fi
if [[ -n $since && -n ${OKEP_PULL_REQUEST:-} ]]; then
    arguments+=("--pull-request=$OKEP_PULL_REQUEST")
fi

# Prints the report in one format; 1 means that there are findings, 2 that the check failed.
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
    # With a delimiter that cannot be guessed: a file name with line breaks could set other outputs.
    delimiter=okep-$RANDOM$RANDOM$RANDOM
    printf 'sarif-file<<%s\n%s\n%s\n' "$delimiter" "$OKEP_SARIF_FILE" "$delimiter" \
        >>"${GITHUB_OUTPUT:-/dev/null}"
fi
report markdown >>"${GITHUB_STEP_SUMMARY:-/dev/null}" || (($? == 1)) || refuse "$(<"$temporary/stderr")"
exit "$code"
