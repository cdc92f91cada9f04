#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Finite learning rates as a user meets them: the chain in discrete time by its
# transfer operator, the central flow, paths without noise.
#   finite_rate_line.sh BIN CASES N_RANKS
set -uo pipefail
bin=$1 cases=$2 ranks=$3
source "$(dirname "$0")/line_test.sh"
python=$(command -v /usr/bin/python3 || command -v python3)

limit=300

holds() { # what, summary.json, a Python condition on s
  "$python" -c "
import json, sys
s = json.load(open('$2'))
sys.exit(0 if ($3) else 1)" 2>/dev/null
  verdict $? "$1"
}

# theta' = .8 theta + N(0, .04 + ..): every number is known.
cat >chain.prm <<'P'
set dimension = 1
set variables = x
subsection Loss
  set type = quadratic
  subsection Quadratic
    set hessian = 1
    set minimum = 0
  end
end
subsection Optimiser
  set learning rate = 0.2
  set time = discrete
end
subsection Noise
  set type = constant
  set diffusion = 0.1
end
subsection Domain
  set lower = -4
  set upper = 4
end
subsection Time
  set initial density = gaussian
  set mean = 1
  set standard deviation = 0.3
  set end time = 2
  set output times = 1, 2
end
subsection Spectrum
  set eigenvalues = 4
end
subsection Output
  set figures = false
end
P

run sgdfp-stationary chain.prm
expect 0 "stationary law of a chain" 'transfer operator' 'no local current'
holds "its variance is 2 eta D/(1 - .64)" output/chain-stationary/summary.json \
  "abs(s['moments']['covariance'][0][0] / (.04 / .36) - 1) < 1e-6"
run sgdfp-spectrum chain.prm
expect 0 "spectrum of a chain"
holds "rates of (1 - eta h)^n" output/chain-spectrum/summary.json \
  "all(abs(e[0] + n * 1.1157177565710485) < 1e-5 for n, e in enumerate(s['spectrum']['eigenvalues'][:3]))"
run sgdfp-transient chain.prm
expect 0 "a chain in time"
holds "mean .8^10 after ten steps" output/chain-transient/summary.json \
  "abs(s['moments']['mean'][0] / .8 ** 10 - 1) < 1e-6 and s['time']['steps'] == 10"

mistake() { # what, sed script, then patterns of the message
  local what=$1
  sed "$2" chain.prm >bad.prm
  shift 2
  run sgdfp-stationary bad.prm --output out
  expect 1 "$what" "$@"
}
mistake "discrete time with momentum" 's/set time = discrete/&\nset momentum = 0.5/' 'Optimiser/time' 'plain SGD'
mistake "discrete time and second order" 's/set time = discrete/&\nset drift = second order/' 'Optimiser/time'
mistake "an absorbing set" 's/set lower = -4/&\nset absorbing = boundary/' 'absorbing'
run sgdfp-landscape chain.prm --set "Learning coefficient/region=none"
expect 1 "no start" 'Trajectories/starts'
run sgdfp-landscape chain.prm
expect 0 "learning coefficient" 'lambda by free energies'
holds "lambda of a regular minimum" output/chain-landscape/summary.json \
  "abs(s['learning']['lambda'] - .5) < 1e-6 and s['learning']['multiplicity'] == 1 and s['paths'] is None"
run sgdfp-landscape chain.prm --set "Learning coefficient/region=point" --set "Learning coefficient/point=1"
expect 1 "a point that is no minimum" 'Learning coefficient/point' 'no minimum'
run sgdfp-stationary chain.prm --output drawn --set Optimiser/time=continuous --set Observables/samples=500 \
  --set "Observables/functions=right: if(x > 0, 1, 0)" --set "Observables/sample condition=x > 0"
expect 0 "draws" 'right'
holds "all draws meet the condition, half of all do" drawn/chain-stationary/summary.json \
  "s['samples']['number'] == 500 and abs(s['samples']['probability_of_condition'] - .5) < .1 and abs(s['observables']['right']['gibbs_mean'] - s['observables']['right']['mean']) < 1e-12 and abs(s['observables']['right']['mean'] - .5) < s['observables']['right']['error'] + 1e-7"
[[ $(wc -l <drawn/chain-stationary/samples.csv) == 501 ]]
verdict $? "a row for each draw"
run sgdfp-stationary chain.prm --set Observables/samples=5 --set "Observables/sample condition=x >"
expect 1 "a condition that cannot be read" 'Observables/sample condition'
run sgdfp-stationary chain.prm --output out --set Domain/lower=-0.5 --set Domain/upper=1.5
expect 2 "a chain that leaves the box" 'leaves the box'
[[ ! -e out/chain-stationary/solution ]]
verdict $? "no density files of a refused law"

run sgdfp-landscape "$cases/verification/F2_beyond_the_edge.prm" --set Output/figures=false
expect 0 "paths" 'gradient descent' 'central flow'
holds "anchor F2" output/F2_beyond_the_edge-landscape/summary.json \
  "abs(s['paths'][0]['sharpness'] - 3.900792375614) < 1e-9 and abs(s['paths'][2]['sharpness'] - 5) < 1e-6"
[[ -s output/F2_beyond_the_edge-landscape/solution/paths.vtu && -s output/F2_beyond_the_edge-landscape/trajectories.csv ]]
verdict $? "files of paths"

run sgdfp-stationary "$cases/studies/edge_of_stability.prm" --set Output/figures=false \
  --set Discretisation/tolerance=1e-2
expect 0 "central flow" 'grad S' 'Oscillation'
holds "the law of theta has mass 1" output/edge_of_stability-stationary/summary.json \
  "abs(s['density']['mass'] - 1) < 1e-9 and s['oscillation']['variance'] > 0"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
