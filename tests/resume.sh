#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run of sgdfp-transient that is killed at random moments and resumed ends
# with the numbers of one that is not:  resume.sh PROGRAM CASES KILLS [subdiffusion|momentum]
set -uo pipefail
program=$1 cases=$2 kills=$3
folder=$(mktemp -d)
[[ -n ${KEEP:-} ]] || trap 'rm -rf "$folder"' EXIT
failures=0
complain() { echo "FAILED: $*" >&2; failures=$((failures + 1)); }

options=(--quiet --set "Time/end time=3" --set "Time/mean=1, -0.5"
  --set "Time/standard deviation=0.22" --set "Time/tolerance=3e-9"
  --set "Time/number of outputs=6" --set "Domain/initial refinement=4"
  --set "Time/checkpoint interval=0.2" --set "Output/figures=false")
name=A1_ornstein_uhlenbeck
piece=0.1
interrupted="Interrupted at t"


other_physics="Noise/diffusion=0.3, 0; 0, 0.3"
if [[ ${4:-} == subdiffusion ]]; then
  # History and killing are in the checkpoint, too.
  name=D_survival
  other_physics="Time/caputo order=0.5"
  options=(--quiet --set "Time/tolerance=1e-5" --set "Time/checkpoint interval=0.2"
    --set "Output/figures=false")
fi
folder_of_case=verification
if [[ ${4:-} == momentum ]]; then
  # All Hermite levels are in the checkpoint, and what mesh and N were found.
  folder_of_case=studies
  name=momentum_relaxation
  other_physics="Noise/temperature=0.2"
      piece=1
  interrupted="Interrupted before t = 0" # mesh and degree take longer than that

  options=(--quiet --set "Time/tolerance=1e-6"
    --set "Discretisation/tolerance=2e-2" --set "Discretisation/maximum hermite degree=12"
    --set "Time/checkpoint interval=0.2" --set "Output/figures=false")
fi
case_file=$cases/$folder_of_case/$name.prm
run() { # RANKS FOLDER OPTION..
  mpirun --oversubscribe -n "$1" "$program" "$case_file" "${options[@]}" --output "$2" "${@:3}"
}
results() { echo "$1/$name-transient"; }

started=$(date +%s.%N)
run 1 "$folder/whole" || complain "the run that is not interrupted"
seconds=$(awk "BEGIN {print $(date +%s.%N) - $started}")

for ((i = 1; i <= kills; i++)); do
  ranks=$((1 + i % 2))
  # In a group of its own, so that mpirun and all ranks go at once.
  setsid mpirun --oversubscribe -n "$ranks" "$program" "$case_file" "${options[@]}" \
    --output "$folder/killed" --resume >"$folder/log" 2>&1 &
  group=$!
    # Each piece is allowed about a tenth of the whole run after the start-up (with
  # momentum up to all of it: most of it finds mesh and Hermite degree).
  sleep "$(awk -v seed="$RANDOM" -v t="$seconds" 'BEGIN {srand(seed); print 0.7 + rand() * (0.4 + t * '"$piece"')}')"
  kill -9 -- "-$group" 2>/dev/null
  wait "$group" 2>/dev/null
  grep -q "Error" "$folder/log" && complain "kill $i: $(grep Error "$folder/log" | head -1)"
done
run 2 "$folder/killed" --resume || complain "the last resume"
[[ -e $(results "$folder/killed")/summary.json ]] || complain "no summary.json at the end"

# Exponents are quotients of small differences.
compare=$(awk -F, 'NR == FNR {line[FNR] = $0; n = FNR; next}
  FNR == 1 {for (i = 1; i <= NF; i++) skip[i] = ($i ~ /_exponent$/)}
  {split(line[FNR], a, ","); for (i = 1; i <= NF; i++) if (!skip[i]) {d = $i - a[i]; if (d < 0) d = -d; if (FNR > 1 && d > worst) worst = d}}
  END {if (n != FNR) print "rows " n " " FNR; else if (worst > 1e-10) print "difference " worst; else print "same " n " rows, difference " worst + 0}' \
  "$(results "$folder/whole")/statistics.csv" "$(results "$folder/killed")/statistics.csv")
echo "$kills kills: $compare"
[[ $compare == same* ]] || complain "$compare"
diff <(sed 1,4d "$(results "$folder/whole")/solution.pvd") \
  <(sed 1,4d "$(results "$folder/killed")/solution.pvd") || complain "the series differs"

# SIGTERM: a checkpoint first.
mpirun --oversubscribe -n 1 "$program" "$case_file" "${options[@]}" --output "$folder/stopped" >"$folder/log" 2>&1 &
stopped=$!
sleep 1.5


kill -TERM "$stopped" # mpirun passes it on
wait "$stopped"
grep -q "$interrupted" "$folder/log" || complain "SIGTERM: $(cat "$folder/log")"
[[ -e $(results "$folder/stopped")/summary.json ]] && complain "a stopped run looks complete"

# A checkpoint of another case is refused, with the difference.
run 1 "$folder/killed" --resume --set "$other_physics" >"$folder/log" 2>&1
[[ $? == 1 ]] || complain "another case: exit status"
grep -q "${other_physics%%=*} is '${other_physics#*=}' here and was" "$folder/log" ||
  complain "another case: $(cat "$folder/log")"

# Nothing is done twice.
before=$(stat -c %Y%s "$(results "$folder/killed")/summary.json")
run 1 "$folder/killed" --resume || complain "resume of a complete run"
[[ $before == $(stat -c %Y%s "$(results "$folder/killed")/summary.json") ]] ||
  complain "a complete run was changed"

exit $((failures > 0))
