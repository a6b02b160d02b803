#!/bin/sh
# Make .venv from deploy/requirements.lock, with newsfold itself installed from this folder.
#
#   deploy/setup.sh        everything: the service, all extras, the tools for tests and checks
#   deploy/setup.sh demo   the service with the broker and the web page, which is all that `make demo` needs
#
# Needs Python 3.11, 3.12 or 3.13, or any Python 3 with pip, or uv: uv comes from the package index where it is missing,
# and fetches a Python where there is none. PYTHON=python3.13 chooses one.
#
# PyTorch (extra `transformers`) is installed without CUDA from PyTorch's own index. Where that index does not answer,
# PyTorch comes from the package index: on Linux that build cannot be loaded without 2.6 GB of CUDA libraries.
# TORCH_BACKEND=cu130, or auto, installs PyTorch for a GPU instead.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
OWN_UV=build/uv
LOCK=deploy/requirements.lock
DEMO_EXTRAS=board,broker
SUPPORTED='(3, 11) <= sys.version_info[:2] <= (3, 13)'
# Libraries of CUDA that PyTorch's build from the package index loads only when it uses a GPU.
UNUSED_ON_A_CPU='^(triton|cuda-|nvidia-cuda-cccl|nvidia-cusolver|nvidia-nvjitlink|nvidia-nvtx)'

what=${1:-everything}
mkdir -p build
say() { printf '%s\n' "$*" >&2; }

python_that() {  # the first Python on the path for which the expression holds
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do
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
    say "Installing uv $UV_VERSION into $OWN_UV (it is not on the path) ..."
    "$any_python" -m venv "$OWN_UV"
    "$OWN_UV/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
    UV=$OWN_UV/bin/uv
else
    say "Newsfold needs Python 3.11, 3.12 or 3.13. Neither a Python 3 with venv and pip nor uv is on the path."
    say "Install one of these Pythons (on Debian and Ubuntu also its -venv package), or uv, which fetches a Python."
    exit 1
fi

is_new=
if ! .venv/bin/python -c "import sys; sys.exit(not ($SUPPORTED))" 2>/dev/null || [ -n "${PYTHON:-}" ]; then
    if ! interpreter=$(python_that "$SUPPORTED"); then
        say "Fetching Python 3.11 with uv (there is no Python 3.11 to 3.13 on the path) ..."
        interpreter=3.11
    fi
    if ! "$UV" venv --quiet --clear --python "$interpreter" .venv; then
        say "uv could not fetch Python 3.11. Install Python 3.11, 3.12 or 3.13, then run this again."
        exit 1
    fi
    is_new=yes
fi

if [ "$what" = demo ]; then
    say "Installing Newsfold and its packages into .venv (about 0.6 GB) ..."
    "$UV" pip install --quiet --python .venv --constraint "$LOCK" --editable ".[$DEMO_EXTRAS]"
else
    say "Installing Newsfold, all its extras and the tools for development into .venv ..."
    wanted=$LOCK
    if [ -z "${TORCH_BACKEND:-}" ]; then
        if echo torch | UV_HTTP_RETRIES=0 "$UV" pip compile --quiet --no-deps --torch-backend cpu - >/dev/null 2>&1; then
            TORCH_BACKEND=cpu
        elif [ "$(uname -s)" = Linux ]; then
            say "PyTorch's own index does not answer: taking PyTorch with CUDA's libraries from the package index."
            wanted=build/requirements.txt
            grep -vE "$UNUSED_ON_A_CPU" "$LOCK" >"$wanted"
        fi
    fi
    if [ -n "${TORCH_BACKEND:-}" ]; then
        export UV_TORCH_BACKEND="$TORCH_BACKEND"
    fi
    if [ "${TORCH_BACKEND:-}" = cpu ]; then
        wanted=build/requirements.txt
        grep -vE '^(nvidia-|cuda-|triton)' "$LOCK" >"$wanted"
    fi
    "$UV" pip sync --quiet --python .venv "$wanted"
    "$UV" pip install --quiet --python .venv --no-deps --editable .
fi
say "$(.venv/bin/python --version) with $("$UV" pip list --quiet --python .venv | grep -c '[0-9]') packages is ready in .venv"
if [ -n "$is_new" ]; then
    .venv/bin/newsfold compile  # later changes of a kernel are compiled where it is first used
fi
