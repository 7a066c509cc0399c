"""A loaded COMET network: its own tokens, encoder and estimator, called in our batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mtqa.errors import ConfigError, MetricError, PluginError
from mtqa.metrics.comet.loading import guarded, load
from mtqa.metrics.comet.models import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

Precision = Literal["fp32", "int8"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """How a network is run. `threads`: cores to use, at most; None is all. `folder` keeps what int8 made, if given."""

    device: str = "auto"
    precision: Precision = "fp32"
    threads: int | None = None
    folder: Path | None = None

    @property
    def signature(self) -> str:
        """What of it can change a number beyond rounding."""
        runtime = f"|onnxruntime:{version('onnxruntime')}" if self.precision == "int8" else ""
        return f"precision:{self.precision}{runtime}"

    def require_packages(self, where: str) -> None:
        """Raise PluginError where int8 cannot be had, ConfigError where it is asked of a GPU."""
        missing = [name for name in ("onnxruntime", "onnx") if self.precision == "int8" and find_spec(name) is None]
        if missing:
            raise PluginError(where, f"precision int8 needs {', '.join(missing)}", 'pip install "mtqa[comet-int8]"')
        if self.precision == "int8" and self.device not in ("auto", "cpu"):
            raise ConfigError(where, f"precision int8 is for processors, not for {self.device}", 'set device = "cpu"')


class Network:
    """What of a network is needed, and the only place that computes. Loading takes seconds, and gigabytes."""

    def __init__(self, model: Model, runtime: Runtime, where: str) -> None:
        self._where, self._threads = where, runtime.threads
        self.module = load(model, "cpu" if runtime.precision == "int8" else runtime.device, where)
        if runtime.precision == "int8":
            from mtqa.metrics.comet.int8 import quantized

            with self._computing():
                key = sha256(f"{model.signature}|{runtime.signature}".encode()).hexdigest()[:16]
                self.module.encoder.model = quantized(
                    self.module.encoder.model, runtime.folder, key, where, self._threads
                )

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text as COMET sees them: cut at what the encoder takes (510 for XLM-R)."""
        encoder = self.module.encoder
        most = encoder.max_positions - 2
        found: list[list[int]] = encoder.tokenizer(list(map(_readable, texts)), truncation=True, max_length=most)[
            "input_ids"
        ]
        return found

    def encode(self, batch: Sequence[Sequence[int]]) -> NDArray[Any]:
        """Sentence encodings of token lists, padded to the longest: a row each."""
        import torch

        shape = len(batch), max(map(len, batch))
        with self._computing():
            ids = torch.full(shape, self.module.encoder.tokenizer.pad_token_id, dtype=torch.long)
            mask = torch.zeros(shape, dtype=torch.long)
            for row, tokens in enumerate(batch):
                ids[row, : len(tokens)] = torch.tensor(tokens)
                mask[row, : len(tokens)] = 1
            device = self.module.device
            encoded: NDArray[Any] = self.module.get_sentence_embedding(ids.to(device), mask.to(device)).cpu().numpy()
        return encoded

    def estimate(self, sources: NDArray[Any], hypotheses: NDArray[Any], references: NDArray[Any]) -> list[float]:
        """The score of each row: an encoding of a source, a hypothesis and a reference each."""
        import torch

        with self._computing():
            rows = [torch.from_numpy(part).to(self.module.device) for part in (sources, hypotheses, references)]
            return self._finite(self.module.estimate(*rows).score.tolist())

    def predict(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Reference-free scores of (source, hypothesis), in one batch, as the network itself predicts them."""
        samples = [{"src": _readable(source), "mt": _readable(hypothesis)} for source, hypothesis in pairs]
        with self._computing():
            batch = self.module.prepare_sample(samples, stage="predict")
            batch = self.module.transfer_batch_to_device(batch, self.module.device, 0)
            return self._finite(self.module.predict_step(batch).scores.tolist())

    def _finite(self, scores: list[float]) -> list[float]:
        if not all(map(isfinite, scores)):
            raise MetricError(self._where, "its weights give scores that are no numbers", "get the model again")
        return scores

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Without gradients, with as many threads as configured, and with memory that runs out said in a sentence."""
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(self._threads or before)
        try:
            with guarded(), torch.inference_mode():
                yield
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise MetricError(
                self._where, "the memory is not enough", 'lower batch_tokens, or device = "cpu"'
            ) from error
        finally:
            torch.set_num_threads(before)


def _readable(text: str) -> str:
    """Without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
