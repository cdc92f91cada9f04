#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing on Debian 12 or 13. Silent when nothing is missing.
#   --developer   also what CI's checks need (clang-format)
set -euo pipefail

packages=(
  g++ cmake make pkg-config
  libdeal.ii-dev              # with PETSc, SLEPc, p4est, Open MPI
  libopenblas0-pthread        # MUMPS is up to 4 times slower on the default BLAS
  libboost-dev libginac-dev librandom123-dev libgtest-dev libcli11-dev nlohmann-json3-dev
  python3-numpy python3-matplotlib
)
[[ ${1:-} == --developer ]] && packages+=(clang-format-14 git)

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] ||
    missing+=("$package")
done
# Debian 13 has a newer clang-format only, and its deal.II links with mold.
if . /etc/os-release && [[ ${VERSION_ID:-} -ge 13 ]]; then
  missing=("${missing[@]/clang-format-14/clang-format}")
  command -v mold >/dev/null || missing+=(mold)
fi
[[ ${#missing[@]} == 0 ]] && exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
  command -v sudo >/dev/null || {
    echo "Missing packages: ${missing[*]}" >&2
    echo "Install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "Installing ${missing[*]} ..."
log=$(mktemp)
if ! { "${as_root[@]}" apt-get update -qq &&
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "The installation failed; the whole log is in $log" >&2
  exit 1
fi
rm -f "$log"
