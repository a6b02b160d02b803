#!/bin/sh
# Make .venv exactly what deploy/requirements.lock says, with newsfold itself installed from this folder.
#
# Needs a Python 3.11, or any Python 3 with pip, or uv: uv comes from the package index where it is missing, and
# fetches a Python 3.11 where there is none. TORCH_BACKEND=cpu takes PyTorch's own build without CUDA, which
# saves about 3 GB on a machine without a GPU (uv knows where PyTorch keeps it).
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
OWN_UV=build/uv
LOCK=deploy/requirements.lock

say() { printf '%s\n' "$*" >&2; }

python_that() {  # the first Python on the path of which the expression holds
    for candidate in python3.11 python3 python; do
        if "$candidate" -c "import sys, venv, ensurepip; sys.exit(not ($1))" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

if command -v uv >/dev/null; then
    UV=uv
elif [ -x "$OWN_UV/bin/uv" ]; then
    UV=$OWN_UV/bin/uv
elif any_python=$(python_that 'sys.version_info >= (3, 9)'); then
    say "uv is not installed: putting uv $UV_VERSION into $OWN_UV"
    "$any_python" -m venv "$OWN_UV"
    "$OWN_UV/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
    UV=$OWN_UV/bin/uv
else
    say "Newsfold needs Python 3.11, and neither a Python 3 with venv and pip nor uv was found on the path."
    say "Install Python 3.11 (on Debian and Ubuntu also python3.11-venv), or uv, which fetches a Python itself."
    exit 1
fi

if ! interpreter=$(python_that 'sys.version_info[:2] == (3, 11)'); then
    say "No Python 3.11 on the path: asking uv for one."
    interpreter=3.11
fi
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    if ! "$UV" venv --quiet --clear --python "$interpreter" .venv; then
        say "There is no Python 3.11 here and uv could not fetch one. Newsfold runs on Python 3.11: install it, or"
        say "let uv fetch it where the network allows (uv python install 3.11), then run this again."
        exit 1
    fi
fi

wanted=$LOCK
if [ "${TORCH_BACKEND:-}" = cpu ]; then
    # PyTorch's own build brings no CUDA: its packages, and triton, stay out.
    wanted=build/requirements-cpu.txt
    mkdir -p build
    grep -vE '^(nvidia-|cuda-|triton)' "$LOCK" > "$wanted"
fi
if [ -n "${TORCH_BACKEND:-}" ]; then
    export UV_TORCH_BACKEND="$TORCH_BACKEND"
fi
"$UV" pip sync --quiet --python .venv "$wanted"
"$UV" pip install --quiet --python .venv --no-deps --editable .
say "$(.venv/bin/python --version) with $(grep -cE '^[a-zA-Z]' "$wanted") locked packages is ready in .venv"
