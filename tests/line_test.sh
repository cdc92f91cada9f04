# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of command lines share; sourced by them, before they leave for
# a folder of their own. They set bin and ranks, or define a run() of their own.
source "$(dirname "$0")/../environment.sh"
export OMPI_MCA_btl=^tcp # one machine; Open MPI 5 complains where it has no network
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
passed=0 failed=0
limit=120 # seconds of a run

run() { # program, arguments; sets status, and text = stdout + stderr
  text=$(timeout "$limit" mpirun --oversubscribe -n "$ranks" "$bin/$1" "${@:2}" 2>&1)
  status=$?
}

verdict() { # condition (0 or 1), what was tested
  if [[ $1 == 0 ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n  status %s, text:\n%s\n' "$2" "$status" "$text"
  fi
}

expect() { # status, what was tested, then patterns that the text must hold
  local want=$1 what=$2 bad=0
  shift 2
  [[ $status == "$want" ]] || bad=1
  for pattern in "$@"; do grep -qF -- "$pattern" <<<"$text" || bad=1; done
  [[ $want != 1 || $(grep -cE '^Error: ' <<<"$text") == 1 ]] || bad=1
  verdict $bad "$what"
}

quartic() { # a small case in one parameter, without its mesh
  cat <<'P'
set dimension = 1
set variables = u
subsection Loss
  set type = expression
  subsection Expression
    set loss = 0.25*u^4
  end
end
subsection Noise
  set type = isotropic
  set temperature = 0.5
end
subsection Domain
  set lower = -4
  set upper = 4
end
P
}
