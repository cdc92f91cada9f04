#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ParaView opens what every tutorial writes and sees the numbers of summary.json
# (postprocess/paraview/check.py), notices where they are wrong, and draws it.
#   paraview.sh FOLDER_OF_EXECUTABLES CASES
# The exit status is 77 where there is no ParaView.
set -euo pipefail
bin=$(cd "$1" && pwd)
cases=$(cd "$2" && pwd)
tests=$(cd "$(dirname "$0")" && pwd)
scripts=$tests/../postprocess/paraview
source "$tests/../environment.sh"
export PYTHONDONTWRITEBYTECODE=1
if ! command -v pvbatch >/dev/null; then
  echo "skipped: pvbatch is not installed (apt-get install paraview python3-paraview)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

verdict() { # good? text
  if [[ $1 == 0 ]]; then echo "ok      $2"; else
    echo "FAILED  $2"
    failures=$((failures + 1))
  fi
}

# check TEXT RUN: says what differs
check() {
  local status=0
  pvbatch "$scripts/check.py" "$2" >"$folder/log" 2>&1 || status=$?
  verdict "$status" "$1"
  [[ $status == 0 ]] || grep -v "^  ok" "$folder/log" || true
}

# notices TEXT RUN PATTERN: check.py ends with 1 and complains about PATTERN
notices() {
  local status=0
  pvbatch "$scripts/check.py" "$2" >"$folder/log" 2>&1 || status=$?
  if [[ $status == 1 ]] && grep -q "^  DIFFERS  *$3" "$folder/log"; then verdict 0 "$1"; else
    verdict 1 "$1 (status $status)"
    cat "$folder/log"
  fi
}

# spoil RUN KEY: multiplies section/key of summary.json by 1.01
spoil() {
  python3 - "$1/summary.json" "$2" <<'P'
import json, sys
file, (section, key) = sys.argv[1], sys.argv[2].split("/")
summary = json.load(open(file, encoding="utf-8"))
summary[section][key] *= 1.01
json.dump(summary, open(file, "w", encoding="utf-8"))
P
}

run() { # case: a run folder in $folder
  "$bin/sgdfp-stationary" "$cases/$1.prm" --quiet --output "$folder" --set "Output/figures=false" \
    --set "Discretisation/negative control=false" >"$folder/log" 2>&1 ||
    { verdict 1 "$1: $(tail -1 "$folder/log")"; return 1; }
}

for case in "$cases"/tutorial/*.prm "$cases/verification/B4_one_layer.prm"; do
  name=$(basename "$case" .prm)
  run "$(basename "$(dirname "$case")")/$name" || continue
  check "$name: fields, ranges and integrals" "$folder/$name-stationary"
done

# What is wrong is noticed: otherwise the lines above say nothing.
wrong=$folder/two_layer_network-stationary
cp "$wrong/summary.json" "$folder/summary.json"
while read -r key line; do
  spoil "$wrong" "$key"
  notices "two_layer_network: $key wrong by 1 % is noticed" "$wrong" "$line"
  cp "$folder/summary.json" "$wrong/summary.json"
done <<'L'
density/mass integral of density
current/l1 integral of |current|
current/closed_l1 integral of |closed_current|
L
sed -i 's/Name="log_ratio"/Name="log_ration"/' "$wrong"/solution/*.pvtu "$wrong"/solution/*.vtu
notices "two_layer_network: a field without its name is noticed" "$wrong" "fields: without log_ratio"
sed -i 's/Name="log_ration"/Name="log_ratio"/' "$wrong"/solution/*.pvtu "$wrong"/solution/*.vtu

# Pictures and states; ParaView as Debian packages it draws on an X server.
if [[ -n ${DISPLAY-} ]]; then batch=(pvbatch --force-offscreen-rendering)
elif command -v xvfb-run >/dev/null; then batch=(xvfb-run -a pvbatch --force-offscreen-rendering)
else batch=(); echo "skipped pictures: no display and no xvfb-run (apt-get install xvfb)"; fi

# draws NAME: picture and state; the state is the same picture in another process
draws() {
  local run=$folder/$1-stationary status=0
  "${batch[@]}" "$scripts/render.py" "$run" --state "$run/state.pvsm" >"$folder/log" 2>&1 || status=$?
  [[ $status == 0 ]] && ! grep -q "ERR|" "$folder/log" &&
    [[ $(stat -c %s "$run/figures/paraview.png") -gt 10000 ]] || status=1
  verdict "$status" "$1: picture"
  if [[ $status != 0 ]]; then cat "$folder/log"; return; fi
  "${batch[@]}" "$scripts/render.py" --from "$run/state.pvsm" --picture "$run/again.png" >"$folder/log" 2>&1 || status=$?
  [[ $status == 0 ]] && cmp "$run/figures/paraview.png" "$run/again.png" >>"$folder/log" 2>&1 || status=1
  verdict "$status" "$1: its state opens as the same picture"
  if [[ $status != 0 ]]; then cat "$folder/log"; fi
}
if ((${#batch[@]})); then
  for name in shared_weights two_layer_network langevin_gibbs three_layer_network; do draws "$name"; done
fi
((failures == 0)) || { echo "$failures failures" >&2; exit 1; }
echo "ParaView sees what summary.json says"
