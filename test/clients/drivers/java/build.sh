#!/usr/bin/env bash
# Compiles the client and this driver, unless what was compiled last is newer than all of their sources. Prints the
# classpath of the driver. What they need besides is where scripts/install-client-tools.sh has put it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../../../..
needed=$(cat "${HEADWAY_CACHE:-$HOME/.cache/headway}/client-tools/java-client/classpath")
classes=$here/target/classes

mkdir -p "$here/target"
(
  # Test files run at the same time.
  flock 9
  sources=("$root/clients/java/src/main/java" "$root/gen/java" "$here")
  if [[ -f $here/target/compiled && -z $(find "${sources[@]}" -name '*.java' -newer "$here/target/compiled" -print -quit) ]]; then
    exit
  fi
  rm -rf "$classes"
  touch "$here/target/begun"
  find "${sources[@]}" -name '*.java' >"$here/target/sources"
  javac -nowarn -proc:none --release 17 -cp "$needed" -d "$classes" "@$here/target/sources" >&2
  mv "$here/target/begun" "$here/target/compiled"
) 9>"$here/target/lock"
echo "$classes:$needed"
