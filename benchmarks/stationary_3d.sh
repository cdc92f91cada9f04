#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Iterations, time and memory of the iterative solver in 3-D: the three-layer
# network at T = .1 with half of the noise from SGD (learning rate and floor
# from docs/numerics.md), Q3 on 16^3, 24^3 and 40^3 cells. The whole run, on
# two ranks; the last size needs about 8 GB.
#   benchmarks/stationary_3d.sh [CELLS_BEFORE_REFINEMENT ...]     (2 3 5)
set -euo pipefail
cd "$(dirname "$0")/.."
source environment.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for n in "${@:-2 3 5}"; do
  for subdivisions in $n; do
    echo "$((8 * subdivisions)) cells per axis"
    mpirun -n 2 bash -c '/usr/bin/time -f "  %M kB on one rank" "$@"' run \
      build/bin/sgdfp-stationary cases/tutorial/three_layer_network.prm \
      --set 'Optimiser/learning rate=0.3360222839' \
      --set 'Noise/isotropic floor=0.05' \
      --set 'Domain/lower=-2.5, -2.5, -2.5' --set 'Domain/upper=2.5, 2.5, 2.5' \
      --set "Domain/subdivisions=$subdivisions" \
      --set 'Domain/initial refinement=3' \
      --set Solver/method=iterative --set Output/figures=false \
      --output "$folder" 2>&1 |
      grep -E 'Mesh|pass |iteration|kB on|linear solver|whole run|not ' || true
  done
done
