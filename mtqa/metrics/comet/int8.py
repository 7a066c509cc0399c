"""The encoder's layers in eight bits, through ONNX Runtime. Imports torch: import it late.

Weights are rounded to eight bits once, activations batch by batch (dynamic quantization); sums are exact integers.
Embeddings, the mix of layers, pooling and the estimator stay in float32. What this does to choices is measured by
`benchmarks/comet.py`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import torch

from mtqa.errors import MetricError

_OPSET = 17


def quantized(transformer: Any, folder: Path | None, key: str, where: str, threads: int | None) -> torch.nn.Module:  # noqa: ANN401
    """A module that takes the place of `transformer`. Made once, then read from `folder`, if there is one."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    with tempfile.TemporaryDirectory(dir=_made(folder)) as scratch:
        path = folder / f"comet-int8-{key}.onnx" if folder else Path(scratch) / "int8.onnx"
        if not path.is_file():
            _export(transformer, Path(scratch), where)
            os.replace(Path(scratch) / "int8.onnx", path)  # noqa: PTH105 - whole or not at all
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    return Int8Transformer(transformer, session)


def _made(folder: Path | None) -> Path | None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


class Layers(torch.nn.Module):  # type: ignore[misc]
    """The layers of a transformer alone: (embedded tokens, mask) -> the states before, between and after them."""

    def __init__(self, transformer: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.layers = transformer.encoder

    def forward(self, embedded: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """States, (layers + 1) x texts x tokens x width."""
        bias = (1.0 - mask[:, None, None, :].to(embedded.dtype)) * torch.finfo(embedded.dtype).min
        return torch.stack(self.layers(embedded, attention_mask=bias, output_hidden_states=True).hidden_states)


class Int8Transformer(torch.nn.Module):  # type: ignore[misc]
    """Called like the transformer whose place it takes; the float32 layers are let go."""

    def __init__(self, transformer: Any, session: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.config, self.embeddings, self._session = transformer.config, transformer.embeddings, session

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_options: object) -> tuple[Any, ...]:
        """(last state, nothing, all states)."""
        embedded = self.embeddings(input_ids=input_ids)
        inputs = {"embedded": embedded.numpy(), "mask": attention_mask.numpy()}
        states = torch.from_numpy(self._session.run(None, inputs)[0])
        return states[-1], None, tuple(states)


def _export(transformer: Any, folder: Path, where: str) -> None:  # noqa: ANN401
    """Write `int8.onnx` into `folder`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    width = transformer.config.hidden_size
    example = torch.zeros(2, 8, width), torch.ones(2, 8, dtype=torch.long)
    axes = {
        "embedded": {0: "texts", 1: "tokens"},
        "mask": {0: "texts", 1: "tokens"},
        "states": {1: "texts", 2: "tokens"},
    }
    try:
        torch.onnx.export(
            Layers(transformer), example, str(folder / "fp32.onnx"), input_names=["embedded", "mask"],
            output_names=["states"], dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(folder / "fp32.onnx", folder / "int8.onnx", weight_type=QuantType.QInt8)
    except Exception as error:  # the exporter of torch raises what it likes
        said = next(iter(str(error).splitlines()), "")
        raise MetricError(where, f"its encoder cannot be made int8 ({said})", 'write precision = "fp32"') from error
