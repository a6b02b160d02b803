#!/bin/sh
# Install Newsfold from SOURCE into a virtual environment at PREFIX, as the image holds it.
#   EXTRAS         extras of pyproject.toml, comma-separated
#   TORCH_BACKEND  cpu or cu130: which PyTorch the extra `transformers` brings; nothing else needs one
set -eu
SOURCE=$1
PREFIX=$2
extras=${EXTRAS:-board,object-stores,otel}
export UV_TORCH_BACKEND="${TORCH_BACKEND:-cpu}" UV_LINK_MODE=copy

cd "$SOURCE"
case ",$extras," in
    *,transformers,*) ;;
    *) unset UV_TORCH_BACKEND ;;  # PyTorch's own index is only asked where PyTorch is wanted
esac
uv venv --quiet --python 3.11 "$PREFIX"
uv pip install --quiet --python "$PREFIX" --constraint deploy/requirements.lock ".[$extras]"

# An image's layers keep whole seconds only. Byte code and kernels are valid for the time of their source, so that time
# must be one that survives.
packages=$("$PREFIX/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
find "$packages" -name '*.py' -exec touch -d '2020-01-01T00:00:00Z' {} +
"$PREFIX/bin/python" -m compileall -q -j 0 "$packages" || true  # some packages carry files for other Pythons
