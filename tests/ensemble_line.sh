#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sgdfp-ensemble as a user meets it: figures of the shipped case, messages,
# exit status, run folders, the same chains on any number of ranks.
#   ensemble_line.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 cases=$2 ranks=$3
source "$(dirname "$0")/line_test.sh"

run() { # ranks, folder, arguments; sets status, and text = stdout + stderr
  text=$(timeout 120 mpirun --oversubscribe -n "$1" "$bin/sgdfp-ensemble" \
    "${@:3}" --output "$folder/$2" 2>&1)
  status=$?
}

G=$cases/verification/G_discrete.prm
run "$ranks" out "$G"
expect 0 "G" "4000000 samples" "one standard error"
run 1 one "$G"
cmp -s {out,one}/G_discrete-ensemble/samples.csv
verdict $? "samples of 1 and $ranks ranks are the same bytes"
[[ $(wc -l <out/G_discrete-ensemble/samples.csv) == 101 ]]
verdict $? "100 samples"
python3 - <<'P'
import json, sys
out, one = (json.load(open(f"{f}/G_discrete-ensemble/summary.json")) for f in ("out", "one"))
ok = out["status"] == "ok"
moments, errors = out["moments"]["covariance"], out["moments"]["covariance_standard_error"]
for i, j, exact in ((0, 0, 2/9), (0, 1, 1/17), (1, 1, 1/7)):
    found, se, other = moments[i][j], errors[i][j], one["moments"]["covariance"][i][j]
    print(i, j, found, "+-", se, "exact", exact)
    ok &= abs(found - exact) < 4*se and se < 4e-3*exact and abs(found - other) < 1e-13
ok &= abs(out["parameters"]["theta1"]["mean"] - 0.25) < 4*out["parameters"]["theta1"]["standard_error"]
sys.exit(0 if ok else 1)
P
verdict $? "covariance, and the same on 1 rank to 1e-13"
for file in histogram.npz statistics.csv case.prm parameters.prm log.txt; do
  [[ -s out/G_discrete-ensemble/$file ]]
  verdict $? "$file"
done

run "$ranks" out "$G" --set "Optimiser/learning rate=0.8" --set Ensemble/steps=3000
expect 2 "divergence" "left every bound"
python3 -c '
import json, sys
s = json.load(open("out/G_discrete-ensemble/summary.json"))
sys.exit(0 if s["status"] == "diverged" and s["moments"]["mean"] is None else 1)'
verdict $? "null in summary.json"
[[ ! -e out/G_discrete-ensemble/samples.csv ]]
verdict $? "nothing that looks like a result"
run "$ranks" out "$G" --set "Ensemble/burn in=0" --set Time/mean=3,2 \
  --set "Ensemble/steps=20" --set Ensemble/thinning=1
expect 2 "a law that moves" "burn-in is too short"
run "$ranks" out "$G" --set Domain/absorbing=theta1
expect 1 "absorbing sets" "chains of an ensemble are not killed"
run "$ranks" out "$G" --set Optimiser/friction=2
expect 1 "friction of SGD" "SGD has a momentum, not a friction"
run "$ranks" out "$G" --set "Ensemble/time step=0.1"
expect 1 "time step of SGD" "the steps of SGD are those of its learning rate"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
