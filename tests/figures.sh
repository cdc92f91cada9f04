#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every script of postprocess/plots draws what it says it draws, on small runs.
#   figures.sh FOLDER_OF_EXECUTABLES CASES
set -euo pipefail
bin=$1
cases=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# draws NAMES PROGRAM CASE [OPTION..]: the figures NAMES (comma-separated)
draws() {
  local names=$1 program=$2 case=$3
  shift 3
  local run=$folder/$(basename "$case" .prm)-${program#sgdfp-}
  "$bin/$program" "$cases/$case" --quiet --output "$folder" "$@" >"$folder/log" 2>&1 ||
    { echo "$program $case ended with $?: $(tail -1 "$folder/log")"; failures=$((failures + 1)); return; }
  for name in ${names//,/ }; do
    if [[ ! -s $run/figures/$name.png ]]; then
      echo "$program $case has no figures/$name.png: $(grep -h "no figures" "$folder/log" || true)"
      failures=$((failures + 1))
    fi
  done
}

coarse=(--set "Discretisation/tolerance=0.01")
draws density,current,stream_function,log_ratio,marginals,complexity sgdfp-stationary \
  verification/A1_ornstein_uhlenbeck.prm "${coarse[@]}"
draws density,marginals,log_ratio sgdfp-stationary verification/B4_two_layers.prm "${coarse[@]}"
draws influence,complexity sgdfp-stationary studies/iris.prm "${coarse[@]}" \
  --set "Discretisation/negative control=false"
draws time_series,densities sgdfp-transient verification/A1_relaxation.prm "${coarse[@]}"
draws time_series,against_bayes,densities sgdfp-transient studies/against_bayes.prm "${coarse[@]}" \
  --set "Time/end time=0.1" --set "Time/output times=0.05, 0.1" --set "Time/tolerance=0.01"
draws eigenvalues,eigenfunctions sgdfp-spectrum verification/ornstein_uhlenbeck_spectrum.prm "${coarse[@]}"
draws learning sgdfp-landscape verification/H_crossing.prm
draws paths sgdfp-landscape studies/uv_model.prm
draws law sgdfp-stationary verification/C2_cauchy_quartic.prm "${coarse[@]}"
draws law,phase_space sgdfp-stationary verification/E_covariance.prm
draws ensemble sgdfp-ensemble verification/G_discrete.prm --set "Ensemble/steps=2000"
draws marginals sgdfp-stationary verification/G_discrete.prm "${coarse[@]}"
"$bin/sgdfp-compare" "$folder/G_discrete-stationary" "$folder/G_discrete-ensemble" --quiet \
  --output "$folder/comparison" >"$folder/log" 2>&1
[[ -s $folder/comparison/comparison.png ]] || { echo "no comparison.png"; failures=$((failures + 1)); }
((failures == 0)) || { echo "$failures figures are missing" >&2; exit 1; }
echo "all figures are drawn"
