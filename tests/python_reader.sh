#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# postprocess/plots on the run folder of a law whose moments are known, and on
# folders without a law.
#   python_reader.sh PROGRAM CASES PYTHON
set -euo pipefail
program=$1 cases=$2 python=$3
tests=$(cd "$(dirname "$0")" && pwd)
source "$tests/../environment.sh"
export PYTHONPATH=$tests/../postprocess/plots PYTHONDONTWRITEBYTECODE=1
export SGDFP_PYTHON=$python
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

run() { # overrides
  mpirun --oversubscribe -n 2 "$program" --output . --quiet \
    "$cases/verification/A1_ornstein_uhlenbeck.prm" \
    --set "Domain/initial refinement=5" --set "variables=u,v" "$@"
}
name=A1_ornstein_uhlenbeck-stationary
script=$PYTHONPATH/sgdfp_results.py

run
[[ -s $name/figures/density.png && -s $name/figures/current.png ]]
[[ $("$python" "$script" "$name") == *"u, v"*"241 x 241"*"ok"* ]]
"$python" - "$name" <<'P'
import sys

import numpy as np
import sgdfp_results

r = sgdfp_results.read(sys.argv[1])
assert r.variables == ["u", "v"], r.variables
assert r.density.shape == r.loss.shape == r.gibbs_density.shape == (241, 241)
assert r.current.shape == (2, 241, 241), r.current.shape
assert [axis.shape for axis in r.axes] == [(241,), (241,)]
assert abs(r.mass() - r.summary["density"]["mass"]) < 1e-3, r.mass()
# The variances differ, 0.2 and 0.1: the order of the indices shows.
covariance = [
    [r.mean(lambda *theta: theta[i] * theta[j]) for j in (0, 1)] for i in (0, 1)
]
assert np.allclose(covariance, r.summary["moments"]["covariance"], atol=1e-3)
u, v = np.meshgrid(*r.axes, indexing="ij")
assert np.allclose(r.loss, (u**2 + 3 * v**2) / 2)
P

expect_message() { # pattern
  if "$python" "$script" "$name" >out.txt 2>&1; then return 1; fi
  [[ $(wc -l <out.txt) == 1 ]] && grep -qF "$1" out.txt && return
  echo "expected one line with '$1', got:"
  cat out.txt
  return 1
}
run --set "Domain/upper=0.5,0.5" 2>/dev/null && exit 1
expect_message "not resolved: the law has"
rm "$name/summary.json"
expect_message "no summary.json"
echo passed
