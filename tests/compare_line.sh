#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sgdfp-compare as a user meets it: a density against an ensemble of the same
# law and of another one, densities on different meshes, messages, exit status.
#   compare_line.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 ranks=$3
source "$(dirname "$0")/line_test.sh"

check() { # what was tested, condition on c = comparison.json, p = its first comparison
  python3 - "$2" <<'P'
import json, sys
c = json.load(open("output/comparison/comparison.json"))
p = c["comparisons"][0]
sys.exit(0 if eval("(" + sys.argv[1] + ")") else 1)
P
  verdict $? "$1"
}

# Small steps: the law of the chain is that of the equation to 0.2 %.
cat >ou.prm <<'P'
set dimension = 2
set variables = u, v
subsection Loss
  set type = quadratic
  subsection Quadratic
    set hessian = 1, 0; 0, 3
  end
end
subsection Optimiser
  set learning rate = 0.02
end
subsection Noise
  set type = constant
  set diffusion = 0.2, 0.1; 0.1, 0.3
end
subsection Domain
  set lower = -3, -2
  set upper = 3, 2
end
subsection Observables
  set functions = product: u*v; square: u^2
end
subsection Ensemble
  set chain = euler-maruyama
  set time step = 0.001
  set chains = 1024
  set burn in = 5000
  set steps = 50000
  set thinning = 500
  set bins = 24
end
subsection Output
  set figures = false
end
P
run sgdfp-stationary ou.prm
expect 0 "stationary run"
run sgdfp-ensemble ou.prm
expect 0 "ensemble"
run sgdfp-stationary ou.prm --output shifted --set "Loss/Quadratic/minimum=0.3,0"
expect 0 "stationary run with another minimum"
run sgdfp-stationary ou.prm --output coarse --set Discretisation/degree=2 \
  --set Discretisation/refinement=none --set "Domain/initial refinement=5"
expect 0 "stationary run on another mesh"
run sgdfp-transient ou.prm --set "Time/end time=20"
expect 0 "transient run"
density=output/ou-stationary ensemble=output/ou-ensemble

run sgdfp-compare $density $ensemble
expect 0 "density and ensemble" "total variation" "KL(law|reference)" "E[product]"
check "total variation is that of finite samples" \
  '0 < p["total_variation"] < 2*p["total_variation_bias"] < 0.1'
check "KL and Wasserstein are those of finite samples" \
  'p["kl"] < 3*p["kl_bias"] and all(w["value"] < 4*w["bias"] for w in p["wasserstein"].values())'
check "means agree within 4 standard errors" \
  'all(abs(m["significance"]) < 4 for g in p["means"].values() for k, m in g.items() if k != "sharpness")'
check "observables, parameters and covariances are compared" \
  '{"product", "square", "loss"} <= set(p["means"]["observables"]) and len(p["means"]["covariances"]) == 3'
check "the density is whole in the bins" \
  'abs(c["laws"][0]["mass"] - 1) < 1e-6 and c["laws"][0]["integration_error"] < 1e-6'
for file in comparison.npz comparison.png log.txt; do
  [[ -s output/comparison/$file ]]
  verdict $? "$file"
done

run sgdfp-compare $density/ shifted/ou-stationary coarse/ou-stationary output/ou-transient
expect 0 "densities"
# N(0, s^2) moved by m, s^2 = D/h = 0.2, and correlated with v: in closed form
# by S = [[0.2, 0.05], [0.05, 0.1]].
check "a shifted law, in closed form" \
  'abs(p["wasserstein"]["u"]["value"] - 0.3) < 1e-3 and p["wasserstein"]["v"]["value"] < 1e-4
   and abs(p["kl"] - 0.5*0.09*0.1/(0.2*0.1 - 0.05**2)) < 1e-2'
check "meshes and the law in time do not matter" \
  'all(q["total_variation"] < 1e-2 for q in c["comparisons"][1:])'
check "densities have no standard errors" \
  'p["means"]["observables"]["loss"]["significance"] is None and p["total_variation_bias"] == 0'
run sgdfp-compare shifted/ou-stationary $density --symmetrise --bins 30 --lower=-3,-3 --upper=3,3
expect 0 "symmetrised" "30 x 30 of (-3, -3) .. (3, 3), laws made symmetric"
run sgdfp-compare $density $ensemble --bins 8 --output elsewhere
expect 0 "merged bins" "8 x 8 of (-3, -2) .. (3, 2)"

# Mistakes leave nothing, and an earlier result as it was.
mistake() { # what was tested, patterns .. -- arguments
  local what=$1 patterns=()
  shift
  while [[ $1 != -- ]]; do patterns+=("$1"); shift; done
  run sgdfp-compare "${@:2}" --output none
  expect 1 "$what" "${patterns[@]}"
  [[ ! -e none ]]
  verdict $? "$what: nothing is written"
}
mistake "no folder" "Cannot compare 'nowhere': there is no such folder" -- $density nowhere
mkdir empty
mistake "no run" "Cannot compare 'empty': there is no summary.json" -- $density empty
mistake "one folder" "give two run folders or more" -- $density
mistake "bins that are no divisor" "Choose a divisor" -- $density $ensemble --bins 7
mistake "no number of bins" "must be a whole number" -- $density $ensemble --bins 1.5
mistake "no such option" "--help" -- $density $ensemble --bin 7
mistake "an asymmetric box" "symmetric about 0" -- $density $density --symmetrise \
  --lower=-1,-1 --upper=1,2
cp -r $density lawless
rm -r lawless/checkpoint
mistake "no law" "Cannot compare 'lawless': there is no checkpoint in it" -- $density lawless
cp -r $density refused
sed -i 's/"status": "ok"/"status": "not resolved"/' refused/summary.json
mistake "a refused run" "was refused (not resolved)" -- $density refused
cp -r $ensemble damaged
head -c 1000 $ensemble/histogram.npz >damaged/histogram.npz
mistake "a damaged histogram" "damaged/histogram.npz' ends too early" -- $density damaged
run sgdfp-stationary ou.prm --output renamed --set "variables=a,b" --set "Observables/functions="
expect 0 "other names"
mistake "other variables" "is one of a, b, that of '$density' is one of u, v" -- \
  $density renamed/ou-stationary
cp elsewhere/comparison.json before.json
run sgdfp-compare $density nowhere --output elsewhere
cmp -s before.json elsewhere/comparison.json
verdict $? "an earlier comparison stays as it was"
run sgdfp-compare $density $ensemble --output $density
expect 1 "the folder of a run" "is the folder of a run"
run sgdfp-compare --help
expect 0 "help" "A is the reference"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
