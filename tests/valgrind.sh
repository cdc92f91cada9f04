#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every question on a small case under memcheck: no byte is read before it was
# written, none beyond its array. Without valgrind the test is skipped.
#   valgrind.sh BIN_FOLDER CASES N_RANKS
set -uo pipefail
bin=$1 ranks=$3
command -v valgrind >/dev/null || exit 77
source "$(dirname "$0")/line_test.sh"
# Open MPI's libfabric, which stands in for tcp, reads what it did not write.
unset OMPI_MCA_btl
# valgrind knows no AVX-512.
export OPENBLAS_CORETYPE=Haswell
limit=300
options=(-q --error-exitcode=9 --num-callers=30)
for file in /usr/share/openmpi/openmpi-valgrind.supp "$(dirname "$(command -v mpirun)")/../share/openmpi/openmpi-valgrind.supp"; do
  [[ -r $file ]] && options+=("--suppressions=$file") && break
done

run() { # program, arguments; sets status, and text = stdout + stderr
  text=$(timeout "$limit" mpirun --oversubscribe -n "$ranks" \
    valgrind "${options[@]}" "$bin/$1" "${@:2}" 2>&1)
  status=$?
}

quartic >small.prm
cat >>small.prm <<'P'
subsection Domain
  set initial refinement = 3
end
subsection Discretisation
  set refinement = none
end
subsection Time
  set end time = 0.1
  set number of outputs = 1
end
subsection Ensemble
  set chains = 20
  set steps = 20
  set thinning = 2
  set bins = 10
end
subsection Spectrum
  set eigenvalues = 2
end
subsection Output
  set figures = false
end
P

# A refusal is an answer, too: what counts is the memory on the way to it.
clean() { # what was tested, program, options..
  run "$2" small.prm --output out "${@:3}"
  [[ $status == 0 || $status == 2 ]]
  verdict $? "$1"
}
clean "stationary law" sgdfp-stationary
clean "law of the chain, with steps far across the box" sgdfp-stationary \
  --set Optimiser/time=discrete --set Discretisation/degree=1
clean "law in time" sgdfp-transient
clean "spectrum" sgdfp-spectrum
clean "ensemble" sgdfp-ensemble
clean "learning coefficient" sgdfp-landscape

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
