#!/usr/bin/env bash
# Installs, at pinned versions from the package registries, what generates the code of the client languages (python,
# go, rust, java) and what tests their clients (typescript-client, python-client, go-client, rust-client, java-client).
#
#   install-client-tools.sh [LANGUAGE…]                     installs; all of them without an argument
#   install-client-tools.sh --run LANGUAGE TOOL [ARG…]      installs LANGUAGE's tools if need be, and runs one of them
#
# Everything goes to ${HEADWAY_CACHE:-~/.cache/headway}/client-tools and is kept between runs: a language's tools are
# installed again only when its pins change. A copy of the pins, written last, marks them as complete.
#
# Needs: npm for typescript-client, python3 (3.10 or later) for python*, go (1.25 or later) for go*, cargo (1.88 or
# later) for rust*, mvn with a JDK (17 or later) for java*. Whatever it says goes to standard error, for standard output
# belongs to the tool that it runs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HEADWAY_CACHE:-$HOME/.cache/headway}/client-tools

python_pins=$(cat "$here/client-tools/python-requirements.txt")
go_pins="google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2"
rust_pins="protoc-gen-prost@0.5.0
protoc-gen-tonic@0.5.0"
# As in clients/java/pom.xml: what is generated must not be newer than what it runs with.
java_pins="com.google.protobuf:protoc:4.33.2
io.grpc:protoc-gen-grpc-java:1.80.0"

typescript_client_pins=$(cat "$here/../clients/typescript/package-lock.json")
python_client_pins=$(cat "$here/../clients/python/requirements-test.txt")
go_client_pins=$(cat "$here"/../{clients/go,test/clients/drivers/go}/go.sum)
rust_client_pins=$(cat "$here/../clients/rust/Cargo.lock")
java_client_pins=$(cat "$here"/../{clients,test/clients/drivers,examples}/java/pom.xml)

fail() {
  echo "install-client-tools: $1" >&2
  exit 1
}

# virtual_environment FOLDER REQUIREMENTS
virtual_environment() {
  command -v python3 >/dev/null || fail "python3 is not installed"
  python3 -c 'import ensurepip' 2>/dev/null || fail "python3 has no module ensurepip (Debian: apt-get install python3-venv)"
  python3 -m venv "$cache/$1"
  "$cache/$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement "$2" >&2
}

install_python() {
  virtual_environment python "$here/client-tools/python-requirements.txt"
}

# Its packages are where npm puts them: in the client's folder.
install_typescript-client() {
  npm --prefix "$here/../clients/typescript" ci --ignore-scripts --no-audit --no-fund >&2
  mkdir -p "$cache/typescript-client"
}

# What the client needs and its tests use, not the client itself: the tests run it from its folder.
install_python-client() {
  virtual_environment python-client "$here/../clients/python/requirements-test.txt"
}

install_go() {
  command -v go >/dev/null || fail "go is not installed"
  local pin
  for pin in $go_pins; do
    GOBIN=$cache/go/bin GOFLAGS=-mod=mod CGO_ENABLED=0 go install -trimpath "$pin" >&2
  done
}

# All goes to Go's own caches. The SDKs of the providers take a minute to compile, so it is done here.
install_go-client() {
  command -v go >/dev/null || fail "go is not installed"
  mkdir -p "$cache/go-client"
  go -C "$here/../test/clients/drivers/go" build -gcflags='all=-N -l' -o /dev/null . >&2
  go -C "$here/../examples/go" build -o /dev/null ./... >&2
}

# Without optimizations: compiled in half the time, and a run takes no second either way.
install_rust() {
  command -v cargo >/dev/null || fail "cargo is not installed"
  local pin
  for pin in $rust_pins; do
    CARGO_TARGET_DIR=$cache/rust/target CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 \
      cargo install --quiet --locked --debug --no-track --root "$cache/rust" "$pin" >&2
  done
  rm -r "$cache/rust/target"
}

maven_dependency=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

# maven ARG…: with a repository of our own, which is kept when pins change.
maven() {
  command -v mvn >/dev/null || fail "mvn is not installed"
  mvn --batch-mode --quiet -Dstyle.color=never -Dmaven.repo.local="$cache/maven" "$@" >&2
}

# The generators are programs, which Maven names by the system that they run on.
install_java() {
  local system machine pin artifact
  system=$(uname -s | sed 's/Linux/linux/; s/Darwin/osx/')
  machine=$(uname -m | sed 's/^arm64$/aarch_64/; s/^aarch64$/aarch_64/')
  mkdir -p "$cache/java/bin"
  for pin in $java_pins; do
    maven "$maven_dependency:copy" -Dartifact="$pin:exe:$system-$machine" \
      -Dmdep.stripVersion -Dmdep.stripClassifier -DoutputDirectory="$cache/java/bin"
    artifact=$(cut -d: -f2 <<<"$pin")
    mv "$cache/java/bin/$artifact.exe" "$cache/java/bin/$artifact"
    chmod +x "$cache/java/bin/$artifact"
  done
}

# The packages go to cargo's own cache. What is compiled of them is kept here, for it takes a minute.
install_rust-client() {
  command -v cargo >/dev/null || fail "cargo is not installed"
  local step
  for step in build clippy; do
    CARGO_TARGET_DIR=$cache/rust-client/target CARGO_INCREMENTAL=0 \
      cargo "$step" --quiet --locked --workspace --all-features --manifest-path "$here/../clients/rust/Cargo.toml" >&2
  done
}

# The classpath is what the driver needs besides the client, which it is compiled with. The client's tests are run for
# Maven to fetch what runs them.
install_java-client() {
  maven -f "$here/../clients/java" install
  maven -f "$here/../test/clients/drivers/java" "$maven_dependency:build-classpath" \
    -DexcludeArtifactIds=headway-client -Dmdep.outputFile="$cache/java-client/classpath"
  maven -f "$here/../examples/java" compile
  bash "$here/../test/clients/drivers/java/build.sh" >/dev/null
}

# ensure LANGUAGE: installs its tools unless they are there.
ensure() {
  local language=$1 started=$SECONDS pins_variable=${1//-/_}_pins
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
# A fresh clone beside a cache that is kept.
[[ -d $here/../clients/typescript/node_modules ]] || rm -f "$cache/typescript-client/pins"
if [[ ${1:-} == --run ]]; then
  ensure "$2"
  PATH=$cache/$2/bin:$PATH exec "${@:3}"
fi
[[ $# -gt 0 ]] || set -- python go rust java typescript-client python-client go-client rust-client java-client
for language in "$@"; do ensure "$language"; done
