#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What no one should do, and what happens to everyone: a full disk, a killed
# rank, signals, two runs in one folder, files that change, names and numbers
# from nowhere. One message, a documented exit status, nothing that looks like a
# result, no hang, no machine without memory.
#   abuse.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 ranks=$3
source "$(dirname "$0")/line_test.sh"
limit=60
memory=6000000 # kB of address space of a process

run() { # program, arguments; sets status, and text = stdout + stderr
  # mpirun takes longer to start than most of these runs.
  local launcher=()
  ((ranks == 1)) || launcher=(mpirun --oversubscribe -n "$ranks")
  text=$(ulimit -v "$memory" && timeout -k 5 "$limit" "${launcher[@]}" "$bin/$1" "${@:2}" 2>&1)
  status=$?
}

sum_up() { # what was tested: a complete summary.json, or none and no success
  local bad=0 file
  file=$(find out -name summary.json -print -quit 2>/dev/null)
  if [[ -n $file ]]; then
    python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))["status"]' "$file" || bad=1
  elif [[ $status == 0 ]]; then
    bad=1
  fi
  [[ $text != *"Internal error"* && $text != *Stacktrace* ]] || bad=1
  verdict $bad "$1: no half result"
}

complaint() { # what was tested, then patterns: a mistake
  expect 1 "$@"
  [[ $text != *"Internal error"* && -z $(find out -name 'summary.json*' 2>/dev/null) ]]
  verdict $? "$1: nothing that looks like a result"
  rm -rf out
}

one_word() { # what was tested: refused for one reason or another, in one message
  [[ $status =~ ^[123]$ && $text != *"Internal error"* &&
    $(grep -cE '^(Error: |Refused \(|Solver failure: )' <<<"$text") == 1 ]]
  verdict $? "$1"
  rm -rf out
}

# One rank reads the case: on more of them one in seven is enough.
n_inputs=0
is_skipped() {
  n_inputs=$((n_inputs + 1))
  [[ $ranks != 1 && $((n_inputs % 7)) != 1 ]]
}

within() { # seconds, condition: waits for it
  local i
  for ((i = 0; i < 10 * $1; ++i)); do
    eval "$2" && return 0
    sleep 0.1
  done
  return 1
}

quartic >good.prm
cat >>good.prm <<'P'
subsection Domain
  set initial refinement = 4
end
subsection Discretisation
  set tolerance = 1e-2
end
subsection Time
  set end time = 1
  set number of outputs = 1
  set checkpoint interval = 0
end
subsection Ensemble
  set chains = 100
  set steps = 200
end
subsection Output
  set figures = false
end
P
sed 's/dimension = 1/dimension = 2/; s/variables = u/variables = u, v/; s/lower = -4/lower = -4, -4/
  s/upper = 4/upper = 4, 4/; s/u^4/u^4 + v^2/' good.prm >two.prm
cat >net.prm <<'P'
set dimension = 2
set variables = u, v
subsection Loss
  set type = deep linear network
  set weight decay = 0.2
  subsection Deep linear network
    set data = file
    set file = data.csv
  end
end
subsection Noise
  set isotropic floor = 0.1
end
subsection Domain
  set lower = -5, -5
  set upper = 5, 5
  set initial refinement = 4
end
subsection Optimiser
  set learning rate = 0.05
end
subsection Discretisation
  set tolerance = 1e-2
end
subsection Output
  set figures = false
end
P
good_data='x1,y1\n1,2\n2,3.5\n0,0.5\n-1,-2\n'
slow=(--set Ensemble/chains=20000 --set Ensemble/steps=10000000)

echo "Files that are no case"
file() { # what, file, then patterns
  is_skipped && return
  run sgdfp-stationary "$2" --output out
  complaint "case: $1" "${@:3}"
}
mkdir folder.prm
mkfifo pipe.prm
head -c 300000 "$bin/sgdfp-stationary" >binary.prm
tr '\n' '\r' <good.prm >one_line.prm
sed 's/dimension = 1/dimension = 1\x00/' good.prm >nul.prm
head -c 100000000 /dev/zero | tr '\0' '\n' >blank.prm
: >empty.prm
printf '\x1b[31mset dimension = 1\n' >escape.prm
file "a folder" folder.prm "'folder.prm'" 'cases/'
file "a program" binary.prm "'binary.prm'" 'no text' 'UTF-8'
file "a device without end" /dev/zero "'/dev/zero'" 'device'
file "a pipe into which nobody writes" pipe.prm "'pipe.prm'" 'pipe'
file "an empty file" empty.prm "'empty.prm'" 'empty'
file "100 MB of blank lines" blank.prm "'blank.prm'" '10 MB'
file "a NUL byte" nul.prm "'nul.prm'" 'no text' 'UTF-8'
file "an escape" escape.prm 'escape.prm, line 1' '\x1b[31m' 'A line is'
file "one line" one_line.prm 'one_line.prm, line 1' 'dimension'
file "a link to itself" "$(ln -s loop.prm loop.prm; echo loop.prm)" 'loop.prm'
[[ -z $(tr -d '[:print:]\n' <<<"$text") ]]
verdict $? "messages are text"
rm -f blank.prm
if ! is_skipped; then
  run sgdfp-stationary /dev/stdin --output out </dev/null
  complaint "case: nothing from a pipe" '/dev/stdin'
fi
sed 's/$/\r/' good.prm >dos.prm
(printf '\xef\xbb\xbf' && cat good.prm) >mark.prm
for name in dos mark; do
  run sgdfp-stationary $name.prm --output out
  expect 0 "case: of another system ($name)" 'Findings'
  cmp -s $name.prm out/$name-stationary/case.prm
  verdict $? "case: of another system ($name), kept as typed"
  rm -rf out
done

echo "Files that are no data"
data() { # what, content of data.csv, then patterns
  is_skipped && return
  [[ -z $2 ]] || printf "$2" >data.csv
  run sgdfp-stationary net.prm --output out
  complaint "data: $1" "${@:3}"
  rm -f data.csv
}
data "NUL byte" 'x1,y1\n1,2\0\n' "'data.csv'" 'no text' 'UTF-8'
data "infinite" 'x1,y1\n1,inf\n' 'line 2' 'inf'
data "beyond doubles" 'x1,y1\n1,1e400\n' 'line 2' '1e400'
data "squares beyond doubles" 'x1,y1\n1e308,1e308\n' 'data.csv' 'Scale'
data "squares of squares beyond doubles" 'x1,y1\n1e160,1e100\n1,2\n' 'Scale'
data "semicolons" 'x1;y1\n1;2\n' 'data.csv' "'x1'"
head -c 1000000 "$bin/sgdfp-stationary" >data.csv
data "a program" '' "'data.csv'" 'no text' 'UTF-8'
ln -s /dev/zero data.csv
data "a device without end" '' 'data.csv'
mkfifo data.csv
data "a pipe into which nobody writes" '' 'data.csv'
mkdir data.csv
is_skipped || { run sgdfp-stationary net.prm --output out && complaint "data: a folder" 'data.csv'; }
rm -rf data.csv
python3 -c 'print("x1,y1"); print("1,2" + "0" * 20000000)' >data.csv
data "a number of 20 MB" '' 'line 2' "'y1'"
((${#text} < 10000))
verdict $? "data: a number of 20 MB has a short message"
good_table() { # what
  is_skipped && return
  run sgdfp-stationary net.prm --output out --validate
  expect 0 "data: $1" 'valid'
}
python3 -c '
print(",".join(f"x{i}" for i in range(1, 1000001)) + ",y1"); print(",".join(["1"] * 1000001))' >data.csv
good_table "1e6 columns of which one is asked for"
printf "\xef\xbb\xbf${good_data//\\n/\\r\\n}" >data.csv
good_table "of another system"
rm data.csv
printf "$good_data" >data.csv
number() { # what = section/entry, value, program; case
  is_skipped && return
  run "sgdfp-${3:-stationary}" "${4:-good.prm}" --output out --set "$1=$2"
  one_word "number: $1 = $2"
}
number "Loss/Deep linear network/row weights" "1-1000000000: 1" stationary net.prm
number "Loss/Deep linear network/widths" 1000000,1000000,1 stationary net.prm

echo "Numbers from nowhere"
number dimension 1000000000
number "Domain/upper" 1e308
number "Domain/upper" 1e400
number "Domain/upper" -1e308
number "Domain/initial refinement" 40
number "Domain/initial refinement" 20 stationary two.prm
number "Domain/subdivisions" 1000000000
number "Discretisation/degree" 1000
number "Discretisation/maximum cells" 1e30
number "Noise/temperature" 1e400
number "Noise/temperature" nan
number "Optimiser/batch size" 1e308
number "Spectrum/eigenvalues" 1000000000 spectrum
number "Time/number of outputs" 1000000000000 transient
number "Time/number of outputs" 2147483647 transient
number "Time/end time" 1e308 transient
number "Time/end time" 1e-308 transient
number "Time/tolerance" 1e-308 transient
number "Time/caputo order" 1e-308 transient
number "Loss/Expression/loss" "max(u,2)^250"
number "Ensemble/chains" 1000000000000000000 ensemble
number "Ensemble/chains" 2147483647 ensemble
number "Ensemble/steps" 1e30 ensemble
number "Ensemble/samples" 2147483647 ensemble
number "Ensemble/bins" 2147483647 ensemble
number "Observables/samples" 1000000000000000
number "Observables/samples" 2147483647
number "Trajectories/starts" 1e308 landscape

echo "Expressions"
expression() { # what, Python for the text, then patterns
  is_skipped && return
  python3 - "$2" >bad.prm <<'P'
import sys
print(open("good.prm").read().replace("0.25*u^4", eval(sys.argv[1])))
P
  run sgdfp-stationary bad.prm --output out
  complaint "expression: $1" 'Loss/Expression/loss' "${@:3}"
  ((${#text} < 10000))
  verdict $? "expression: $1, a short message"
}
expression "1 MB" '"+".join(["u"] * 500000)' '999999' '4000'
expression "1e5 terms" '"+".join(f"sin({i}*u)" for i in range(100000))' '4000'
expression "1e5 parentheses" '"(" * 100000 + "u" + ")" * 100000' '4000'
expression "2000 parentheses" '"(" * 1999 + "u" + ")" * 1999' 'nested too deeply'
expression "signs" '"-" * 3900 + "u"' 'nested too deeply'
expression "a tower of variables" '"^".join(["u"] * 50)' 'no finite value'
expression "a tower of numbers" '"^".join(["9"] * 30)' 'no finite real value'
expression "powers of powers" '"((u^100)^100)^100"' 'degree'
expression "a long product" '"*".join(["(1+u+u^2)"] * 350)' 'no finite value'
expression "a program" '"system(1)"' "'system' is not known"
expression "a file" '"read(u)"' "'read' is not known"
expression "an include" "'u^2;include(\"/etc/passwd\")'" "not ';'"
expression "a shell" "'\`id\`'" 'expected a number'
expression "a string" "'\"u\"'" 'expected a number'
expression "chance" '"rand()"' "'rand' is not known"
expression "a derivative" '"D(u)"' "'D' is not known"
expression "a list of GiNaC" '"{u,1}"' 'expected a number'
expression "a matrix of GiNaC" '"[[u]]"' 'expected a number'
expression "a function of GiNaC" '"psi(u)"' "'psi' is not known"
expression "a setting of GiNaC" '"Digits"' "'Digits' is not known"
expression "itself" '"loss+u^2"' "'loss' is not known"

echo "Names"
mkdir names
strange=(by$'\xff'te 'two words' "quo\"te's" $'new\nline' '-dash' '$(touch here)' $'esc\x1b[31m' 'a.b')
for name in "${strange[@]}"; do
  is_skipped && continue
  cp good.prm "names/$name.prm"
  program=sgdfp-stationary
  [[ $name != *" "* ]] || program=sgdfp-transient
  run $program "names/$name.prm" --output "out/$name"
  if [[ $name == by* ]]; then
    # A folder may have any name; an entry of a case is UTF-8.
    complaint "name: a folder that is no UTF-8" 'UTF-8'
    run $program "names/$name.prm" --output out
  fi
  expect 0 "name: $(printf %q "$name")" 'Findings'
  sum_up "name: $(printf %q "$name")"
  find out -name '*.pvd' -exec python3 -c '
import sys, xml.dom.minidom
xml.dom.minidom.parse(open(sys.argv[1], "rb"))' {} \;
  verdict $? "name: $(printf %q "$name"), ParaView file"
  rm -rf out
done
[[ ! -e here ]]
verdict $? "name: no shell reads it"
name() { # what, section/entry=value, then patterns
  is_skipped && return
  run sgdfp-stationary good.prm --output out --set "$2"
  complaint "name: $1" "${@:3}"
}
name "variable that is no UTF-8" $'variables=\xff' 'variables'
name "variable with a quote" 'variables="u"' 'variables'
name "variable of a function" 'variables=sin' 'variables'
name "observable that is no UTF-8" $'Observables/functions=\xe9: u^2' 'Observables/functions'
name "observable with a quote" 'Observables/functions="a": u^2' 'Observables/functions'
name "observable with a comma" 'Observables/functions=a,b: u^2' 'Observables/functions'
name "observable with a slash" 'Observables/functions=a/b: u^2' 'Observables/functions'
name "observable named twice" 'Observables/functions=a: u; a: u^2' 'Observables/functions'

echo "More ranks than cells"
alone=$ranks
ranks=4
few() { # program, case, options..
  run "$1" "$2" --output out --set "Domain/initial refinement=0" "${@:3}"
  if [[ $status != 0 ]]; then
    one_word "more ranks than cells: $*"
  else
    sum_up "more ranks than cells: $*"
  fi
  rm -rf out
}
few sgdfp-stationary good.prm
few sgdfp-stationary two.prm
few sgdfp-stationary good.prm --set Optimiser/momentum=0.5
few sgdfp-stationary good.prm --set Optimiser/time=discrete
few sgdfp-transient good.prm
few sgdfp-spectrum good.prm --set Discretisation/refinement=none
few sgdfp-landscape good.prm
few sgdfp-ensemble two.prm
run sgdfp-ensemble good.prm --output out
expect 0 "one block of chains on four ranks" 'samples'
mv out four
ranks=1
run sgdfp-ensemble good.prm --output out
python3 - <<'P'
import json
four, one = (json.load(open(f"{f}/good-ensemble/summary.json"))["moments"]["mean"][0] for f in ("four", "out"))
assert abs(four - one) < 1e-12
P
verdict $? "one block of chains on four ranks: the numbers of one"
rm -rf out four
ranks=$alone

echo "A full disk"
# A file system of our own, which goes with the process that made it.
namespace=()
for tried in "unshare --mount" "unshare --user --map-root-user --mount"; do
  $tried bash -c 'mount -t tmpfs -o size=64k tmpfs .' 2>/dev/null && namespace=($tried) && break
done
mounted() { # mount command on out, program, options..
  mkdir -p out
  text=$("${namespace[@]}" bash -c '
    eval "$1" || exit 77
    timeout -k 5 60 mpirun --oversubscribe -n "$2" "$3" good.prm --output out "${@:4}" 2>&1
    status=$?
    files=$(find out -name summary.json)
    for file in $files; do
      python3 -c "import json, sys; json.load(open(sys.argv[1]))" $file || echo "BROKEN $file"
      [[ $status == 0 ]] || echo "LEFT $file"
    done
    [[ $status != 0 || -n $files ]] || echo "NO RESULT"
    for file in $(find out -name "*.vtu"); do
      [[ $status != 0 ]] || grep -q "</VTKFile>" $file || echo "BROKEN $file"
    done
    exit $status' - "$1" "$ranks" "$bin/$2" "${@:3}")
  status=$?
}
full() { # program, sizes in kB, all of which but the last are too small
  local size program=$1
  shift
  for size; do
    mounted "mount -t tmpfs -o size=${size}k tmpfs out" "$program"
    if [[ $status == 0 ]]; then
      [[ $size == "${!#}" && $text != *BROKEN* && $text != *"NO RESULT"* ]]
      verdict $? "full disk: $program on $size kB"
    else
      expect 1 "full disk: $program on $size kB" 'Cannot write' 'Check the free space'
      [[ $text != *"Internal error"* && $text != *LEFT* ]]
      verdict $? "full disk: $program on $size kB, no result"
    fi
  done
}
if ((${#namespace[@]} > 0)); then
  full sgdfp-stationary 4 12 20 28 40 76 1000
  full sgdfp-transient 4 12 20 28 44 100 1000
  full sgdfp-ensemble 4 12 20 28 36 1000
  full sgdfp-spectrum 4 12 28 36 60 1000
  full sgdfp-landscape 4 12 20 1000
  run sgdfp-stationary good.prm --output out
  mv out/good-stationary/summary.json before.json
  cp before.json out/good-stationary/summary.json
  mounted 'mount --bind out out && mount -o remount,bind,ro out' sgdfp-stationary
  expect 1 "a disk that cannot be written" 'Cannot write the run folder' '--output'
  cmp -s before.json out/good-stationary/summary.json
  verdict $? "a disk that cannot be written keeps what it has"
  rm -rf out
else
  echo "  no file system of our own here: without small disks"
fi
# The same, file by file, where there is a device that is always full.
full_file() { # program, file
  is_skipped && return
  mkdir -p "out/good-${1#sgdfp-}"
  ln -s /dev/full "out/good-${1#sgdfp-}/$2"
  run "$1" good.prm --output out
  expect 1 "full file: $1, $2" 'Cannot write' "good-${1#sgdfp-}/"
  [[ $text != *"Internal error"* && ! -e out/good-${1#sgdfp-}/summary.json ]]
  verdict $? "full file: $1, $2, no result"
  rm -rf out
}
if [[ -c /dev/full ]]; then
  for name in case.prm parameters.prm log.txt solution.pvd.tmp sublevels.csv.tmp summary.json.draft; do
    full_file sgdfp-stationary $name
  done
  full_file sgdfp-transient statistics.csv.tmp
  full_file sgdfp-ensemble histogram.npz
  full_file sgdfp-landscape summary.json.draft
fi

echo "Folders that cannot be"
: >occupied
elsewhere() { # what, folder
  is_skipped && return
  run sgdfp-stationary good.prm --output "$2"
  expect 1 "folder: $1" 'Cannot write the run folder' '--output'
}
elsewhere "below a file" occupied/below
elsewhere "below a device" /dev/null/below
elsewhere "in /proc" /proc/below
elsewhere "too long a name" "$(printf 'l%.0s' {1..300})"
if [[ $(id -u) != 0 ]]; then
  mkdir closed && chmod a-w closed
  elsewhere "without permission" closed/below
fi

echo "Signals"
ranks_before=$ranks
questions=(stationary transient ensemble spectrum)
heavy=(--set "Domain/initial refinement=5" --set Discretisation/tolerance=1e-6 --set Ensemble/chains=20000
  --set Ensemble/steps=5000 --set "Time/checkpoint interval=0.2")
for ((i = 0; i < 12; ++i)); do
  question=${questions[i % 4]}
  signal=$([[ $((i / 4 % 2)) == 0 ]] && echo TERM || echo INT)
  ranks=$((1 + (i + i / 4) % 2))
  delay=$(awk -v r=$RANDOM 'BEGIN {printf "%.2f", 0.1 + 2.5 * r / 32768}')
  text=$(timeout --preserve-status -k 15 -s $signal "$delay" mpirun --oversubscribe -n $ranks \
    "$bin/sgdfp-$question" two.prm "${heavy[@]}" --output out 2>&1)
  status=$?
  what="SIG$signal after $delay s, sgdfp-$question on $ranks"
  [[ $status != 137 && $(grep -c '^Error' <<<"$text") == 0 ]]
  verdict $? "$what: ends"
  sum_up "$what"
  rm -rf out
done
ranks=$ranks_before
# Without mpirun the status is ours.
"$bin/sgdfp-transient" two.prm "${heavy[@]}" --set "Time/tolerance=1e-6" --output out >text 2>&1 &
process=$!
within 20 '[[ -e out/two-transient/statistics.csv ]]'
kill -TERM $process
wait $process
status=$? text=$(cat text)
expect 143 "SIGTERM to sgdfp-transient" 'Interrupted' '--resume'
sum_up "SIGTERM to sgdfp-transient"
run sgdfp-transient two.prm "${heavy[@]}" --set "Time/tolerance=1e-6" --output out --resume
expect 0 "SIGTERM to sgdfp-transient: it goes on" 'Resume'
rm -rf out

echo "A rank that is killed"
for question in ensemble transient; do
  timeout -k 5 60 mpirun --oversubscribe -n 2 "$bin/sgdfp-$question" two.prm "${slow[@]}" \
    --set Time/tolerance=1e-10 --output out >text 2>&1 &
  launcher=$!
  within 20 '[[ -e out/two-'$question'/statistics.csv ]]'
  victim=$(pgrep -P "$(pgrep -P $launcher)" | tail -1)
  kill -9 "$victim"
  within 15 '! kill -0 $launcher 2>/dev/null'
  verdict $? "killed rank: sgdfp-$question ends"
  wait $launcher
  status=$? text=$(cat text)
  [[ $status != 0 && $status != 124 && ! -e out/two-$question/summary.json ]]
  verdict $? "killed rank: sgdfp-$question has no result"
  run sgdfp-$question two.prm --output out
  expect 0 "killed rank: sgdfp-$question again"
  sum_up "killed rank: sgdfp-$question again"
  rm -rf out
done

echo "Two runs in one folder"
# The first is stopped meanwhile: its lock is not.
"$bin/sgdfp-ensemble" good.prm --set Ensemble/chains=20000 --set Ensemble/steps=5000 --output out >first 2>&1 &
first=$!
within 20 '[[ -e out/good-ensemble/statistics.csv ]]'
kill -STOP $first
cp -r out before
run sgdfp-ensemble good.prm --output out
expect 1 "the second run" 'Another run is at work' 'good-ensemble' '--output'
diff -r before out
verdict $? "the second run touches nothing"
kill -CONT $first
wait $first
status=$? text=$(cat first)
expect 0 "the first run" 'samples'
sum_up "the first run"
rm -rf out before

echo "Files that change"
"$bin/sgdfp-ensemble" good.prm --set Ensemble/chains=20000 --set Ensemble/steps=3000 --output out >first 2>&1 &
first=$!
cp good.prm kept.prm
within 20 '[[ -e out/good-ensemble/log.txt ]]'
echo "no case any more" >good.prm
sleep 0.2
rm good.prm
wait $first
status=$? text=$(cat first)
expect 0 "the case changes and goes" 'samples'
cmp -s kept.prm out/good-ensemble/case.prm
verdict $? "the case changes: that of the start is kept"
mv kept.prm good.prm
rm -rf out
change() { # what, command on data.csv, options..
  printf "$good_data" >data.csv
  "$bin/sgdfp-stationary" net.prm --set "Observables/test data=data.csv" "${@:3}" --output out >first 2>&1 &
  first=$!
  within 20 '[[ -e out/net-stationary/log.txt ]]'
  eval "$2"
  wait $first
  status=$? text=$(cat first)
}
printf "$good_data" >data.csv
run sgdfp-stationary net.prm --set "Observables/test data=data.csv" --output out
mv out before
change "goes" 'rm data.csv'
expect 0 "the data go" 'Findings'
python3 - <<'P'
import json
a, b = (json.load(open(f"{f}/net-stationary/summary.json"))["moments"] for f in ("before", "out"))
assert all(abs(x - y) < 1e-12 for r, s in zip(a["covariance"], b["covariance"]) for x, y in zip(r, s))
P
verdict $? "the data go: the law is that of the start"
rm -rf out before
# The rows are read once more for it.
change "changes" 'printf "x1,y1\n1,2\n2,3.5\n0,0.5\n-1,-2.5\n" >data.csv' --set "Observables/row influence=true"
complaint "the data change before their influence is known" 'data.csv' 'changed during the run'

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
