# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts: what Open MPI and OpenBLAS want to know.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # containers
export OMPI_MCA_rmaps_base_oversubscribe=1                       # more ranks than cores
export OMPI_MCA_hwloc_base_binding_policy=none
export HWLOC_HIDE_ERRORS=2                                      # chroots without /sys
export OMPI_MCA_orte_execute_quiet=1                              # our message is enough
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1                  # ranks, not threads
# OpenBLAS takes kernels of 2004 on processors newer than itself (a third of the
# time of a run there).
if [ -z "${OPENBLAS_CORETYPE-}" ] && [ -r /proc/cpuinfo ]; then
  case " $(grep -m 1 '^flags' /proc/cpuinfo) " in
    *" avx512bw "*) export OPENBLAS_CORETYPE=SkylakeX ;;
    *" avx2 "*) export OPENBLAS_CORETYPE=Haswell ;;
  esac
fi
