"""Loading COMET through its own code, without what that does to the rest of the process.

`import comet` takes seconds and sets up the root logger; its libraries warn and log on the way. Both happen here, late,
and are undone (docs/decisions/0030).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mtqa.errors import MetricError
from mtqa.metrics.comet.models import Model


@contextmanager
def guarded() -> Iterator[None]:
    """Foreign code runs; the root logger, what is logged at all, and warnings are afterwards as they were."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        handlers, level, disabled = before
        for handler in root.handlers[:]:
            if handler not in handlers:
                root.removeHandler(handler)
        root.setLevel(level)
        logging.disable(disabled)


def load(model: Model, device: str, where: str) -> Any:  # noqa: ANN401 - a class of comet's
    """The network, in evaluation mode, on a device: `cpu`, `cuda`, ...; `auto` is a GPU if there is one."""
    with guarded():
        try:
            import torch

            network = _network(model)
            _require_weights(network, model, where)
            chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
            return network.eval().to(torch.device(chosen))
        except MetricError:
            raise
        except (ImportError, MemoryError) as error:
            raise MetricError(where, f"cannot be loaded ({error})", 'pip install "mtqa[comet]"') from error
        except Exception as error:  # the code of four libraries, each with errors of its own
            said = next(iter(str(error).splitlines()), "")
            what = f"{model.checkpoint} cannot be loaded ({type(error).__name__}: {said})"
            raise MetricError(where, what, "get the model again, and check `device`") from error


def _network(model: Model) -> Any:  # noqa: ANN401
    from comet.models import load_from_checkpoint, str2model

    if model.encoder is None:
        return load_from_checkpoint(str(model.checkpoint), local_files_only=True)
    return str2model[model.family].load_from_checkpoint(
        str(model.checkpoint),
        map_location="cpu",
        strict=False,
        load_pretrained_weights=False,
        local_files_only=True,
        pretrained_model=str(model.encoder),
    )


def _require_weights(network: Any, model: Model, where: str) -> None:  # noqa: ANN401
    """COMET leaves at random what a checkpoint lacks; such a model would give numbers that mean nothing."""
    import torch

    # What is unpickled here was unpickled a moment ago, by comet.
    held = torch.load(str(model.checkpoint), map_location="meta", mmap=True, weights_only=False)["state_dict"]
    missing = [name for name, _ in network.named_parameters() if name not in held]
    if missing:
        what = f"{model.checkpoint} lacks {len(missing)} of its weights, such as {missing[0]}"
        raise MetricError(where, what, "get the model again")
