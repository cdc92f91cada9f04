#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sgdfp-sweep as a user meets it: the numbers of single runs, what is done is
# not done again, mistakes, refused rows, a phase diagram, exit status.
#   sweep_line.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 ranks=$3
source "$(dirname "$0")/line_test.sh"
python=$(command -v /usr/bin/python3 || command -v python3)

holds() { # what, folder of a sweep, condition on s = summary.json, row(name), cell(name), one(run)
  "$python" - "$2" "$3" <<'P'
import csv, json, sys
folder = sys.argv[1]
s = json.load(open(folder + "/summary.json"))
row = lambda name: next(r for r in s["rows"] if r["name"] == name)
cell = lambda name: next(r for r in s["cells"] if r["name"] == name)
one = lambda run: json.load(open(run + "/summary.json"))
table = lambda name: list(csv.DictReader(open(folder + "/" + name)))
near = lambda a, b, e=1e-6: abs(a - b) <= e * abs(b) + 1e-13  # ranks change round-off
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
P
  verdict $? "$1"
}

# Ornstein-Uhlenbeck: Gibbs at T, the gap is the curvature.
cat >quad.prm <<'P'
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
  set learning rate = 0.05
end
subsection Noise
  set type = isotropic
  set temperature = 0.1
end
subsection Domain
  set lower = -4
  set upper = 4
end
subsection Spectrum
  set eigenvalues = 3
end
subsection Ensemble
  set chains = 2048
  set burn in = 200
  set steps = 400
  set thinning = 20
  set bins = 40
end
subsection Sweep
  set questions = stationary, spectrum
  set switches = hotter: Noise/temperature=0.2 ; \
    steeper: Loss/Quadratic/hessian=4 & Noise/temperature=0.2 ; \
    no noise: Noise/type=none
  set chain = true
end
subsection Output
  set figures = false
end
P
folder=output/quad-sweep

run sgdfp-sweep quad.prm --validate
expect 0 "validation" 'hotter, stationary: ok' 'no noise, stationary: no stationary density'
[[ ! -e output ]]
verdict $? "validation leaves nothing"

run sgdfp-sweep quad.prm
expect 0 "a ledger" '[9/9]' 'steeper' 'no noise, spectrum: no stationary density' '2 without an answer'
run sgdfp-stationary quad.prm --set Noise/temperature=0.2 --output single
expect 0 "a single run"
holds "its numbers are those of the row" $folder \
  "all(near(row('hotter')[a], one('single/quad-stationary')['gibbs'][b], 1e-10) for a, b in (('kl', 'kl'), ('closest_temperature', 'closest_temperature'), ('closest_kl', 'closest_kl')))"
holds "known values" $folder \
  "near(row('steeper')['closest_temperature'], .2) and near(row('steeper')['escape_rate'], 4, 1e-4) and near(row('as given')['escape_rate'], 1, 1e-4) and near(row('as given')['stability'], .025)"
holds "a refused row is null with its reason" $folder \
  "row('no noise')['kl'] is None and 'no stationary density' in row('no noise')['kl_reason'] and row('no noise')['runs']['spectrum']['status'] == 'no stationary density'"
holds "the chain has the law of the case as given" $folder \
  "row('as given')['chain_total_variation'] < .1 < row('hotter')['chain_total_variation'] and row('no noise')['chain_total_variation'] is None"
holds "ledger.csv" $folder \
  "[r['row'] for r in table('ledger.csv')] == ['as given', 'hotter', 'steeper', 'no noise'] and near(float(table('ledger.csv')[1]['closest_temperature']), .2) and table('ledger.csv')[3]['kl'] == ''"
grep -qF '| hotter |' $folder/ledger.md
verdict $? "ledger.md"

before=$(stat -c %Y.%i $folder/runs/*/quad-*/summary.json)
run sgdfp-sweep quad.prm
expect 0 "a second call" 'of which 9 are done'
[[ $text != *'[1/'* && $(stat -c %Y.%i $folder/runs/*/quad-*/summary.json) == "$before" ]]
verdict $? "it runs nothing"
rm $folder/runs/hotter/quad-stationary/summary.json
rm -r $folder/runs/steeper/quad-spectrum
run sgdfp-sweep quad.prm --set "Sweep/switches=hotter: Noise/temperature=0.2; steeper: Loss/Quadratic/hessian=4 & Noise/temperature=0.2; cold: Noise/temperature=0.05"
expect 0 "what was killed, removed or added" '[4/4]' 'hotter, stationary: ok' 'steeper, spectrum: ok' 'cold, spectrum: ok'
holds "three switches" $folder "len(s['rows']) == 4 and near(row('cold')['closest_temperature'], .05)"

mistake() { # what, value of Sweep/switches, then patterns of the message
  run sgdfp-sweep quad.prm --output out --set "Sweep/switches=$2"
  expect 1 "$1" "${@:3}"
  [[ ! -e out ]]
  verdict $? "$1 leaves nothing"
}
mistake "an entry that is none" 'good: Noise/temperature=0.2; bad: Noise/temprature=1' "'bad'" "Did you mean 'temperature'?"
mistake "a value that is none" 'bad: Noise/temperature=warm' "'bad'" 'warm' 'a number'
mistake "no assignment" 'bad' 'Sweep/switches' 'that is no switch'
mistake "two of one name" 'a: Noise/temperature=1; a: Noise/temperature=2' 'another row of that name'
mistake "nothing to sweep" '' 'Sweep/'
run sgdfp-sweep quad.prm --output out --set "Sweep/first axis=temperature: log 0 1 3"
expect 1 "an axis without values" 'Sweep/first axis' 'log'

run sgdfp-sweep quad.prm --output phase --set Sweep/chain=false --set Sweep/switches= \
  --set "Sweep/first axis=temperature: 0.1, 0.2" --set "Sweep/second axis=Loss/weight decay: linear 0 1 2"
expect 0 "a phase diagram" '[8/8]'
holds "its cells" phase/quad-sweep \
  "len(s['cells']) == 4 and s['rows'] == [] and all(near(c['closest_temperature'], c['at']['temperature']) and near(c['escape_rate'], 1 + c['at']['Loss/weight decay'], 1e-4) and near(c['stability'], .025 * (1 + c['at']['Loss/weight decay'])) for c in s['cells']) and len(table('phase.csv')) == 4"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
