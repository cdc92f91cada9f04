#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, runs every test.
#   ./test.sh [CTEST OPTION..]    e.g.  ./test.sh -L unit
set -euo pipefail
cd "$(dirname "$0")"
./install-dependencies.sh
source environment.sh
preset=${SGDFP_PRESET:-release}
cmake --preset "$preset" >build.log 2>&1 || { cat build.log >&2; exit 1; }
rm -f build.log
cmake --build --preset "$preset" -- --no-print-directory
# Tests of one rank side by side; CTest keeps those of more ranks apart.
# (nproc would answer with OMP_NUM_THREADS.)
ctest --test-dir build --output-on-failure -j "$(env -u OMP_NUM_THREADS nproc)" "$@"
