#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sgdfp-spectrum as a user meets it: figures of the shipped cases, messages,
# exit status, run folders.
#   spectrum_line.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 cases=$2/verification ranks=$3
source "$(dirname "$0")/line_test.sh"

run() { # program and its arguments; sets status, and text = stdout + stderr
  text=$(timeout 120 mpirun --oversubscribe -n "$ranks" "$bin/$1" "${@:2}" \
    --output "$folder/out" --set Output/figures=false 2>&1)
  status=$?
}

number() { # what was tested, case, path in summary.json, value, relative tolerance
  python3 - "$folder/out/$2-spectrum/summary.json" "$3" "$4" "$5" <<'P'
import json, sys
node = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    node = node[int(key)] if key.isdigit() else node[key]
want, tolerance = float(sys.argv[3]), float(sys.argv[4])
sys.exit(0 if abs(node - want) <= tolerance * abs(want) else 1)
P
  verdict $? "$1"
}

well=$cases/I_double_well.prm
run sgdfp-spectrum "$well" --set Spectrum/from=-0.9-u --set Spectrum/to=u-0.9
expect 0 "double well" "metastable sets      2"
number "tiny eigenvalue" I_double_well spectrum.eigenvalues.1.0 -1.95892729997305e-5 1e-9
number "two sets" I_double_well spectrum.metastable_sets 2 0
number "half of the mass" I_double_well spectrum.basins.0.mass 0.5 1e-6
number "what leaves A arrives in B" I_double_well spectrum.committor.rate_out_of_from \
  "$(python3 -c "import json; print(json.load(open('out/I_double_well-spectrum/summary.json'))['spectrum']['committor']['rate'])")" 1e-6
for file in solution.pvd solution/grid.npz case.prm parameters.prm log.txt; do
  [[ -s out/I_double_well-spectrum/$file ]]
  verdict $? "$file"
done
run sgdfp-spectrum "$well" --set Domain/absorbing=u
number "first passage" I_double_well spectrum.mean_first_passage.0.value 51050.7025086 1e-9
run sgdfp-spectrum "$cases/killed_ornstein_uhlenbeck.prm"
number "exit rate" killed_ornstein_uhlenbeck spectrum.quasi_stationary.exit_rate 2 1e-8
run sgdfp-spectrum "$cases/B4_first_passage.prm"
number "first passage of B4" B4_first_passage spectrum.mean_first_passage.0.value 45.9971772342 1e-9

friction=${cases%verification}studies/friction.prm
run sgdfp-spectrum "$friction"
number "momentum: slowest rate" friction spectrum.eigenvalues.1.0 -2.25192119836136e-2 1e-5
run sgdfp-spectrum "$friction" --set Optimiser/friction=100 --set Domain/absorbing=u \
  --set Discretisation/tolerance=1e-3
number "momentum: exit over the saddle" friction spectrum.quasi_stationary.exit_rate 3.3204e-4 1e-3
run sgdfp-spectrum "$friction" --set Domain/absorbing="u-7"
expect 1 "momentum: empty set" "Domain/absorbing" "holds nothing"
run sgdfp-spectrum "$friction" --set Domain/absorbing="u<1"
expect 1 "momentum: comparison as set" "Domain/absorbing" "whole box"
run sgdfp-spectrum "$friction" --set Spectrum/from=u-0.5 --set Spectrum/to=-0.5-u
expect 1 "momentum: no committor" "Spectrum/from" "velocity"
run sgdfp-stationary "$friction" --set Noise/type=expression --set "Noise/expression=0.1*(1+0.3*u)"
expect 0 "momentum: state-dependent noise" "detailed balance is broken"
run sgdfp-stationary "$friction"
expect 0 "momentum: Gibbs" "detailed balance holds"
run sgdfp-stationary "$friction" --set Domain/lower=-1 --set Domain/upper=1
expect 2 "momentum: box too small" "at the boundary"
run sgdfp-stationary "$friction" --set Optimiser/momentum=1
expect 1 "momentum of 1" "Optimiser/momentum" "below 1"
run sgdfp-stationary "$friction" --set Optimiser/friction=-2
expect 1 "negative friction" "Optimiser/friction" "positive"
run sgdfp-stationary "$friction" --set Optimiser/friction=high
expect 1 "friction that is no number" "Optimiser/friction" "auto"
run sgdfp-stationary "$friction" --set Noise/Stable/alpha=1.5
expect 1 "momentum and jumps" "Optimiser/friction" "jumps"
run sgdfp-stationary "$friction" --set Noise/calculus=isothermal
expect 1 "momentum and calculus" "Noise/calculus" "ito"
run sgdfp-stationary "$friction" --set "Discretisation/hermite degree=7"
expect 1 "odd Hermite degree" "hermite degree" "even"
run sgdfp-transient "$friction" --set "Time/initial density=run" --set "Time/run=$friction"
expect 1 "no start from a run with momentum" "Time/initial density" "velocities"
run sgdfp-transient "$friction" --set "Time/mean=2.5" --set "Domain/upper=3.5"
expect 2 "a start far too high" "velocities cannot be expanded" "Begin closer"
run sgdfp-transient "$friction" --set "Time/velocities=fast"
expect 1 "unknown velocities" "velocities" "rest"
run sgdfp-transient "$friction" --set "Time/mean=1" --set "Time/velocities=thermal" \
  --set "Discretisation/tolerance=1e-2" --set "Time/end time=1" --set "Time/number of outputs=2"
expect 0 "momentum in time"

run sgdfp-stationary "$well" --set dimension=3 --set "variables=u, v, w" --set Optimiser/momentum=0.9 \
  --set "Domain/lower=-2,-2,-2" --set "Domain/upper=2,2,2" --set "Observables/probe points="
expect 1 "momentum of three parameters" "Optimiser/momentum" "two parameters"

run sgdfp-stationary "$well" --set Domain/absorbing=u
expect 1 "no stationary law with killing" "Domain/absorbing" "sgdfp-spectrum"
run sgdfp-spectrum "$well" --set Domain/absorbing="u+"
expect 1 "unreadable set" "Domain/absorbing" "column"
run sgdfp-spectrum "$well" --set Domain/absorbing="u-7"
expect 1 "empty set" "Domain/absorbing" "holds nothing"
run sgdfp-spectrum "$well" --set Domain/absorbing="u<1"
expect 1 "comparison as set" "Domain/absorbing" "whole box"
run sgdfp-spectrum "$well" --set Spectrum/from=u
expect 1 "one set of two" "Spectrum/to"
run sgdfp-spectrum "$well" --set Spectrum/from=u --set Spectrum/to=u+0.5
expect 1 "overlapping sets" "Spectrum/to" "apart"
run sgdfp-spectrum "$well" --set Spectrum/from=u --set Spectrum/to=-1-u --set Domain/absorbing=boundary
expect 1 "killed transitions" "Spectrum/from" "killed"
run sgdfp-spectrum "$well" --set Spectrum/eigenvalues=0
expect 1 "no eigenvalues" "eigenvalues"
run sgdfp-spectrum "$well" --set Noise/temperature=0.002 --set Domain/absorbing=u-1.9
expect 2 "set that nothing reaches" "not determined"
number "nulls with a reason" I_double_well ranks "$ranks" 0
grep -q '"status": "not determined"' out/I_double_well-spectrum/summary.json
verdict $? "status in summary.json"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
