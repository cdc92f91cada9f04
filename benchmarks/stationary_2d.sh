#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whole-process time of a 2-D stationary law, Q3 on 64 x 64 cells with two
# passes, on one core, and where it goes. Three repetitions with figures, three
# without; the table is that of the last one.
#   benchmarks/stationary_2d.sh [CASE.prm]
set -euo pipefail
cd "$(dirname "$0")/.."
source environment.sh
case_file=${1:-cases/tutorial/two_layer_network.prm}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for figures in true false; do
  echo "figures = $figures"
  for _ in 1 2 3; do
    /usr/bin/env bash -c "time -p taskset -c 0 build/bin/sgdfp-stationary '$case_file' \
      --set 'Domain/initial refinement=6' --set 'Discretisation/maximum passes=2' \
      --set Output/figures=$figures --output '$folder'" 2>&1 >"$folder/log.txt" |
      grep -E '^(real|user)' | paste -sd' ' | sed 's/^/  /'
  done
done
sed -n '/Mesh/p;/pass /p;/Where the time went/,/whole run/p' "$folder/log.txt"
