#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs into a folder of its own, builds docs/examples/own_drift against that,
# runs it and the installed executables.
#   consumer.sh BUILD_FOLDER
set -euo pipefail
build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/prefix" >"$folder/install.log"

# A copy: nothing of the source may be found by accident.
cp -r "$root/docs/examples/own_drift" "$folder/own_drift"
cd "$folder/own_drift"
cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$folder/prefix" >cmake.log ||
  { cat cmake.log; exit 1; }
cmake --build build >build.log 2>&1 || { tail -50 build.log; exit 1; }
if grep -q "$root" build/CMakeFiles/own_drift.dir/flags.make; then
  echo "the example is built with headers of the source" >&2
  exit 1
fi
build/own_drift

prefix=$folder/prefix
case=$prefix/share/sgdfp/cases/verification/A1_ornstein_uhlenbeck.prm
"$prefix/bin/sgdfp-stationary" "$case" --quiet --output "$folder/out"
[[ -s $folder/out/A1_ornstein_uhlenbeck-stationary/figures/density.png ]]
for program in "$prefix"/bin/sgdfp-*; do
  "$program" --version >/dev/null
done
