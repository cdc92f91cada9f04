#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The files of cases/mistakes as docs/running.md shows them: every block
#     $ sgdfp-stationary FILE
#     message
#     exit status STATUS
# is run, and message and exit status have to be those of the block.
#   mistakes.sh PROGRAM SOURCE N_RANKS
set -uo pipefail
program=$(realpath "$1") root=$(realpath "$2") ranks=$3
source "$(dirname "$0")/../environment.sh"
export OMPI_MCA_btl=^tcp # one machine; Open MPI 5 complains where it has no network
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$root" || exit 1 # messages name the file as it was given
fewest=10
n_blocks=0 failed=0

fail() { # what is wrong
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$1"
}

check() { # file, message, exit status: runs the program on one block
  local file=$1 message=$2 want=$3 status n_lines n_errors
  n_blocks=$((n_blocks + 1))
  [[ -n $message ]] || { fail "$file: its block has no message"; return; }
  [[ -f $file ]] || { fail "$file: no such file"; return; }
  [[ $(head -1 "$file") == '# '* ]] || fail "$file: its first line does not say what is wrong"
  # mpirun of Open MPI 5 loses one message in forty: twice is ours.
  for _ in 1 2; do
    rm -rf "$folder/runs"
    timeout 120 mpirun --oversubscribe -n "$ranks" \
      "$program" "$file" --output "$folder/runs" \
      >"$folder/stdout" 2>"$folder/stderr"
    status=$?
    # Without its last word, which it may say around ours
    sed -i -E '/^-{20,}$|^prterun detected|^thus causing the job|^ *Process name:|^ *Exit code:|^$/d' \
      "$folder/stderr"
    [[ -s $folder/stderr ]] && break
  done
  [[ $status == "$want" ]] || fail "$file: exit status $status, documented is $want"
  n_lines=$(wc -l <<<"$message")
  if [[ $(tail -n "$n_lines" "$folder/stderr") != "$message" ]]; then
    fail "$file: the message is not the documented one"
    diff <(printf '%s\n' "$message") "$folder/stderr"
  fi
  case $want in
    1)
      n_errors=$(cat "$folder/stdout" "$folder/stderr" | grep -c '^Error: ')
      [[ ! -e $folder/runs ]] || fail "$file: a run folder was left behind"
      ;;
    2)
      n_errors=$(cat "$folder/stdout" "$folder/stderr" | grep -c '^Refused (')
      grep -qs '"mass": null' "$folder"/runs/*/summary.json ||
        fail "$file: no summary.json with nulls"
      ;;
    *) fail "$file: a mistake has exit status 1 or 2" && return ;;
  esac
  [[ $n_errors == 1 ]] || fail "$file: $n_errors messages instead of one"
}

# Blocks are indented by four blanks; the file of an open block is in $file.
documented=() file='' message=''
while IFS= read -r line <&3; do
  if [[ $line == '    $ sgdfp-stationary '* ]]; then
    [[ -z $file ]] || fail "$file: its block has no exit status"
    file=${line#'    $ sgdfp-stationary '} message=''
  elif [[ -z $file ]]; then
    continue
  elif [[ $line =~ ^'    exit status '([0-9]+)$ ]]; then
    documented+=("$file")
    check "$file" "$message" "${BASH_REMATCH[1]}"
    file=''
  elif [[ $line == '    '* ]]; then
    message+=${message:+$'\n'}${line#'    '}
  else
    fail "$file: its block has no exit status"
    file=''
  fi
done 3<docs/running.md
[[ -z $file ]] || fail "$file: its block has no exit status"

for file in cases/mistakes/*; do
  n=$(printf '%s\n' "${documented[@]}" | grep -cxF -- "$file")
  [[ $n == 1 ]] || fail "$file: $n blocks in docs/running.md instead of one"
done
((n_blocks >= fewest)) || fail "$n_blocks blocks in docs/running.md, fewer than $fewest"

echo "$n_blocks blocks, $failed failures"
[[ $failed == 0 ]]
