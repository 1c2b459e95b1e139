#!/usr/bin/env bash
# Installs what generates the code of the client languages, at pinned versions, from the package registries.
#
#   install-client-tools.sh [python] [go]                   installs; all of them without an argument
#   install-client-tools.sh --run LANGUAGE TOOL [ARG…]      installs LANGUAGE's tools if need be, and runs one of them
#
# Everything goes to ${HEADWAY_CACHE:-~/.cache/headway}/client-tools and is kept between runs: a language's tools are
# installed again only when its pins change. A copy of the pins, written last, marks them as complete.
#
# Needs: python3 (3.10 or later) for python, go (1.25 or later) for go. Whatever it says goes to standard error, for
# standard output belongs to the tool that it runs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HEADWAY_CACHE:-$HOME/.cache/headway}/client-tools

python_pins=$(cat "$here/client-tools/python-requirements.txt")
go_pins="google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2"

fail() {
  echo "install-client-tools: $1" >&2
  exit 1
}

install_python() {
  command -v python3 >/dev/null || fail "python3 is not installed"
  python3 -c 'import ensurepip' 2>/dev/null || fail "python3 has no module ensurepip (Debian: apt-get install python3-venv)"
  python3 -m venv "$cache/python"
  "$cache/python/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    --requirement "$here/client-tools/python-requirements.txt" >&2
}

install_go() {
  command -v go >/dev/null || fail "go is not installed"
  local pin
  for pin in $go_pins; do
    GOBIN=$cache/go/bin GOFLAGS=-mod=mod CGO_ENABLED=0 go install -trimpath "$pin" >&2
  done
}

# ensure LANGUAGE: installs its tools unless they are there.
ensure() {
  local language=$1 started=$SECONDS pins_variable=$1_pins
  [[ -v $pins_variable ]] || fail "no such language: $language"
  if [[ $(cat "$cache/$language/pins" 2>/dev/null) == "${!pins_variable}" ]]; then return; fi
  (
    # Buf runs plugins at the same time.
    flock 9
    if [[ $(cat "$cache/$language/pins" 2>/dev/null) == "${!pins_variable}" ]]; then exit; fi
    rm -rf "${cache:?}/$language"
    "install_$language" </dev/null
    echo "${!pins_variable}" >"$cache/$language/pins"
    echo "client tools of $language: $((SECONDS - started)) s" >&2
  ) 9>"$cache/$language.lock"
}

mkdir -p "$cache"
if [[ ${1:-} == --run ]]; then
  ensure "$2"
  PATH=$cache/$2/bin:$PATH exec "${@:3}"
fi
[[ $# -gt 0 ]] || set -- python go
for language in "$@"; do ensure "$language"; done
