#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and computes the stationary law of a
# two-layer network on 2 ranks: findings on the screen, figures in output/.
set -euo pipefail
cd "$(dirname "$0")"
./install-dependencies.sh
source environment.sh
cmake --preset release >build.log 2>&1 || { cat build.log >&2; exit 1; }
rm -f build.log
cmake --build --preset release --target sgdfp-stationary -- --no-print-directory
mpirun -n 2 build/bin/sgdfp-stationary cases/tutorial/two_layer_network.prm --output output
echo
echo "Figures: output/two_layer_network-stationary/figures/"
ls -1 output/two_layer_network-stationary/figures/ | sed 's/^/  /'
