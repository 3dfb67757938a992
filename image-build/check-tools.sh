#!/usr/bin/env bash
# Says in one sentence what has to be installed before Chalkbox can be, with the line that brings it.
set -euo pipefail
python=${PYTHON:-python3}
missing=() packages=()

need() { # what it is, the package that brings it, a command that only works where it is there
  local what=$1 package=$2
  shift 2
  "$@" >/dev/null 2>&1 || { missing+=("$what") packages+=("$package"); }
}

need "Python 3.11 or newer" python3 "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'
need "Python's venv module" python3-venv "$python" -c 'import venv, ensurepip'
need "a C compiler" gcc cc --version
need "a C++ compiler" g++ c++ --version
need "cmake" cmake cmake --version
need "make" make make --version

if ((${#missing[@]})); then
  list=$(printf '%s, ' "${missing[@]}")
  echo "Chalkbox needs ${list%, } first: sudo apt install -y ${packages[*]}" >&2
  exit 1
fi
