#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How many unknowns the tutorial's two-layer network with thin layers along
# u = +-v (floor .0025) needs, with adaptive refinement and on uniform meshes,
# until the estimated relative L1 errors of density and current are below a
# tolerance. One table row per mesh.
#   benchmarks/adaptive_against_uniform.sh [TOLERANCE [FLOOR]]
# SGDFP names another executable, FINEST the last uniform mesh (2^FINEST cells
# per axis; 7 takes 1.5 GB).
set -euo pipefail
cd "$(dirname "$0")/.."
source environment.sh
tolerance=${1:-1e-3}
floor=${2:-0.0025}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Prints one row for every mesh whose error was estimated. The lines of the log
# are there even where the law is refused; the last field is the exit status.
rows() { # NAME --set ...
  local name=$1 status=0
  shift
  /usr/bin/env bash -c 'TIMEFORMAT="cpu %U %S"; time "$@"' - \
    "${SGDFP:-build/bin/sgdfp-stationary}" cases/tutorial/two_layer_network.prm \
    --set "Noise/isotropic floor=$floor" --set "Discretisation/tolerance=$tolerance" \
    --set "Discretisation/negative control=false" --set Output/figures=false \
    "$@" --output "$folder" >"$folder/out" 2>&1 || status=$?
  awk -v name="$name" -v tolerance="$tolerance" -v status="$status" '
    /^  level/ { cells = $3; dofs = $5 }
    /^  estimated error/ {
      gsub(/\)/, "")
      row[n++] = sprintf("| %s | %s | %s | %s | %s | %s |", name, cells, dofs, $4, $8,
                         ($4 <= tolerance && $8 <= tolerance) ? "yes" : "no")
    }
    /^cpu/ { cpu = $2 + $3 }
    END {
      for (i = 0; i < n; ++i)
        print row[i] (i == n - 1 ? sprintf(" %.1f | %d |", cpu, status) : " | |")
    }' "$folder/out"
}

echo "| refinement | cells | unknowns | density | current, relative | below $tolerance | CPU s of the run | exit status |"
echo "|---|---|---|---|---|---|---|---|"
rows adaptive --set "Domain/initial refinement=4"
for refinement in $(seq 5 "${FINEST:-7}"); do
  rows uniform --set Discretisation/refinement=none --set "Domain/initial refinement=$refinement"
done
