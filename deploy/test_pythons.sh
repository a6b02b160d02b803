#!/bin/sh
# Run the unit tests on every supported Python that is installed, beside the one of .venv. Arguments go to pytest.
#
# Each gets an environment in build/, with what deploy/requirements.lock pins but PyTorch: the tests that need it are
# skipped there. Pythons are looked for on the path, among pyenv's, and among those that uv fetched itself.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/build/uv/bin:$PATH"
# The commands that pyenv puts on the path fail for all but the versions that it is set to.
for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin; do
    PATH="$PATH:$python"
done
mkdir -p build
grep -vE '^(torch|sentence-transformers|nvidia-|cuda-|triton)' deploy/requirements.lock >build/requirements-light.txt
own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tested="$own (in .venv)"
missing=
failed=
for version in 3.11 3.12 3.13; do
    [ "$version" != "$own" ] || continue
    if ! uv python find --quiet --no-python-downloads "$version" >/dev/null 2>&1; then
        missing="$missing $version"
        continue
    fi
    place=build/python-$version
    uv venv --quiet --allow-existing --no-python-downloads --python "$version" "$place"
    uv pip sync --quiet --python "$place" build/requirements-light.txt
    uv pip install --quiet --python "$place" --no-deps --editable .
    echo "Unit tests on $("$place/bin/python" --version)"
    if "$place/bin/python" -m pytest -q -p no:cacheprovider tests/unit "$@"; then
        tested="$tested, $version"
    else
        failed="$failed $version"
    fi
done
echo "Unit tests: Python $tested passed${missing:+;$missing not installed here}${failed:+;$failed FAILED}"
[ -z "$failed" ]
