#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes docs/parameters.md from the declarations in the code.
#   docs/make_parameters.sh [--check] [PROGRAM]
# PROGRAM is any executable that reads cases [build/bin/sgdfp-stationary];
# --check says whether the page that is there is what PROGRAM prints.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
check=false
[[ ${1:-} == --check ]] && { check=true; shift; }
program=${1:-$root/build/bin/sgdfp-stationary}
page=$root/docs/parameters.md
source "$root/environment.sh"

tables=$("$program" --parameters)
tables=${tables#$'\n'}
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
cat >"$fresh" <<P
# Parameters

Every entry of a case file, section by section, as \`--help SECTION\` prints them. docs/make_parameters.sh writes this page
from the declarations in the code; change those, not this. What the entries mean together is in [running.md](running.md),
which symbols of the equations they are in [equations.md](equations.md), and cases that use them are in
[gallery.md](gallery.md). An entry of subsection A in subsection B is \`--set "B/A/entry=value"\` on the command line.

$tables
P

if $check; then
  if ! diff "$page" "$fresh" >&2; then
    echo "docs/parameters.md does not say what $program declares: run docs/make_parameters.sh" >&2
    exit 1
  fi
  echo "parameters: $(grep '^| ' "$page" | grep -vc '^| entry |') entries are what the code declares"
else
  cp "$fresh" "$page"
fi
