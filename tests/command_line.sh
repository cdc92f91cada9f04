#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The executable as a user meets it: exit status, one message, nothing that
# looks like a result after a mistake.
#   command_line.sh PROGRAM CASES N_RANKS
set -uo pipefail
program=$1 cases=$2 ranks=$3
source "$(dirname "$0")/line_test.sh"

run() { # arguments of the program; sets status, and text = stdout + stderr
  text=$(timeout 120 mpirun --oversubscribe -n "$ranks" "$program" "$@" 2>&1)
  status=$?
}

# A good small case; each mistake changes one line of it.
cat >good.prm <<'P'
set dimension = 2
set variables = u, v
subsection Loss
  set type = deep linear network
  set weight decay = 0.2
  subsection Deep linear network
    set widths = 1, 1, 1
    set data = population
    set file = data.csv
  end
end
subsection Noise
  set type = minibatch
  set isotropic floor = 0.1
end
subsection Optimiser
  set learning rate = 0.05
end
subsection Domain
  set lower = -5, -5
  set upper = 5, 5
    set initial refinement = 5
end
subsection Discretisation
  set tolerance = 1e-3
end
subsection Output
  set figures = false
end
P

n_mistakes=0
mistake() { # what, sed script, then patterns of the message
  local what=$1
  # One rank reads the case: on more of them one in seven is enough.
  n_mistakes=$((n_mistakes + 1))
  [[ $ranks == 1 || $((n_mistakes % 7)) == 1 ]] || return 0
  sed "$2" good.prm >bad.prm
  shift 2
  run bad.prm --output out
  expect 1 "$what" "$@"
  [[ ! -e out/bad-stationary ]]
  verdict $? "$what: nothing is written"
}

mistake "unknown entry" 's/weight decay/wieght decay/' 'line 5' "'wieght decay'" "'weight decay'"
mistake "unknown section" 's/subsection Noise/subsection Nose/' 'line 12' "'Nose'" "'Noise'"
mistake "wrong type" 's/rate = 0.05/rate = fast/' 'line 17' 'Optimiser/learning rate' "'fast'" 'a number >= 0'
mistake "not a number" 's/rate = 0.05/rate = nan/' 'line 17' 'Optimiser/learning rate' "'nan'"
mistake "zero learning rate" 's/rate = 0.05/rate = 0/' 'line 17' 'must be positive'
mistake "wrong choice" 's/type = minibatch/type = maxibatch/' 'line 13' 'Noise/type' 'minibatch | isotropic'
mistake "wrong list length" 's/lower = -5, -5/lower = -5/' 'line 20' 'Domain/lower' 'dimension is 2'
mistake "dimension against widths" 's/widths = 1, 1, 1/widths = 2, 1, 1/' 'line 7' 'widths' '3 parameters'
mistake "too many parameters" 's/widths = 1, 1, 1/widths = 2, 2, 1/' 'line 7' '6 parameters' 'smaller network'
mistake "lower above upper" 's/upper = 5, 5/upper = 5, -6/' 'line 20' 'lower < upper'
mistake "asymmetric D" 's/type = minibatch/type = constant\nset diffusion = 1, 0.1; 0.2, 1/' 'line 14' 'Noise/diffusion' 'symmetric' '0.2'
mistake "indefinite D" 's/type = minibatch/type = constant\nset diffusion = 1, 2; 2, 1/' 'line 14' 'Noise/diffusion' 'negative eigenvalues' '-1'
mistake "entry set twice" 's/type = minibatch/type = minibatch\nset type = none/' 'line 14' 'Noise/type' 'line 13'
mistake "missing end" '$d' 'never closed'
mistake "unreadable line" 's/set variables/sett variables/' 'line 2'
mistake "quadratic loss with minibatch noise" 's/type = deep linear network/type = quadratic/' 'line 13' 'Noise/type' 'constant'
mistake "gibbs space without isotropic noise" 's/^subsection Output/subsection Discretisation\nset trial space = gibbs\nend\nsubsection Output/' 'trial space' 'self-consistent'
mistake "probe outside the box" 's/^subsection Output/subsection Observables\nset probe points = 9, 0\nend\nsubsection Output/' 'probe points' 'outside'
mistake "bad expression" 's/^subsection Output/subsection Observables\nset functions = a: u*q\nend\nsubsection Output/' 'Observables/functions' 'column 6' 'The variables are u, v'
mistake "missing data file" 's/data = population/data = file/' 'data.csv'

data() { # what, content of data.csv, then patterns
  local what=$1
  printf "$2" >data.csv
  shift 2
  mistake "$what" 's/data = population/data = file/' "$@"
  rm -f data.csv
}

data "empty data" '' 'data.csv' 'empty'
data "header only" 'x1,y1\n' 'no data row'
data "ragged data" 'x1,y1\n1,2\n1\n' 'line 3' '1 fields' 'has 2'
data "NaN in data" 'x1,y1\n1,nan\n' 'line 2' "'y1'" 'nan'
data "wrong columns" 'x1,z\n1,2\n' "'y1'" 'x1,z'

run none.prm
expect 1 "missing case file" 'none.prm'
run
expect 1 "no case file" 'Usage'
run good.prm --colour
expect 1 "unknown argument" '--colour' '--help'
run good.prm --set 'Domain/upper=1'
expect 1 "bad override" '--set "Domain/upper=1"' 'Domain/upper'
run good.prm --set 'Domane/upper=1'
expect 1 "override of nothing" 'Domane'
touch occupied
run good.prm --output occupied/below
expect 1 "unwritable output" 'occupied/below'

run good.prm --output out --validate
expect 0 "validate" 'valid'
[[ ! -e out/good-stationary ]]
verdict $? "validate writes nothing"
run --help
expect 0 "help" 'Usage' '--validate' 'dimension' '--help "Loss"'
run --help Noise
expect 0 "help of a section" 'isotropic floor'
run --help Nois
expect 1 "help of no section" "'Noise'"
run --version
expect 0 "version" 'sgdfp' 'deal.II'

run good.prm --output out
expect 0 "a good case" 'detailed balance is broken' 'KL(p|Gibbs)' 'Where the time went'
[[ -s out/good-stationary/summary.json && -s out/good-stationary/solution.pvd && -s out/good-stationary/log.txt ]]
verdict $? "a good case leaves a run folder"
cmp -s good.prm out/good-stationary/case.prm
verdict $? "the case is kept as typed"
run out/good-stationary/parameters.prm --output again
expect 0 "the resolved parameters are a case again" 'detailed balance is broken'
run good.prm --output out --quiet
expect 0 "quiet"
[[ -z $text ]]
verdict $? "quiet says nothing"

cp out/good-stationary/summary.json before.json
run good.prm --output out --set 'Domain/lower=7,7'
expect 1 "a mistake after a good run" 'Domain/lower'
cmp -s before.json out/good-stationary/summary.json
verdict $? "an earlier result survives a mistake"

refusal() { # what, sed script, then patterns
  local what=$1
  sed "$2" good.prm >refused.prm
  shift 2
  run refused.prm --output out
  expect 2 "$what" 'Refused' "$@"
  [[ $(grep -c 'Refused' <<<"$text") == 1 ]]
  verdict $? "$what: one message"
  grep -q '"mass": null' out/refused-stationary/summary.json &&
    grep -q '"reason": "' out/refused-stationary/summary.json
  verdict $? "$what: summary has nulls"
  [[ ! -e out/refused-stationary/solution.pvd && ! -e out/refused-stationary/solution ]]
  verdict $? "$what: no density files"
}
refusal "collapse without floor" 's/floor = 0.1/floor = 0/' 'collapses' 'floor'
refusal "no noise" 's/type = minibatch/type = none/; s/floor = 0.1/floor = 0/' 'no noise'
refusal "box too small" 's/upper = 5, 5/upper = 1.5, 1.5/' 'boundary' 'This box holds it' '--set "Domain/upper='
eval "run refused.prm --output out $(grep -o -- '--set "Domain/.*' <<<"$text")"
expect 0 "the box that was proposed"
run good.prm --output out --set Domain/lower=-1,-1 --set Domain/upper=1,1 --set Domain/extent=auto
expect 0 "a box that grows" 'search for one' 'box [-1, 1] x [-1, 1], mass at its boundary'
sed -n '/"domain"/,/}/p' out/good-stationary/summary.json | tr -d '\n ' | grep -q '"upper":\[[3-9]'
verdict $? "a box that grows: summary has it"
refusal "flat valley" 's/decay = 0.2/decay = 0/; s/type = minibatch/type = isotropic/; s/floor = 0.1/floor = 0/
  s/lower = -5, -5/lower = -2, -2/; s/upper = 5, 5/upper = 2, 2/' 'no stationary law' 'comes down to 0.125, its minimum is 0.125' 'valley'
refusal "not resolved" 's/floor = 0.1/floor = 0.0001/; s/initial refinement = 5/initial refinement = 6/; s/^subsection Output/subsection Discretisation\nset refinement = none\nend\nsubsection Output/' 'negative' 'refinement'
refusal "not determined" 's/floor = 0.1/floor = 0.0001/' 'slowest relaxation' 'weights of the wells'

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
