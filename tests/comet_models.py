"""COMET checkpoints with random weights, as a download would lie on the disk.

The small ones are made in a second. Their encoder is random; the estimator of the pairwise model is made so that it
falls with the distance between hypothesis and reference: it prefers the same text, as a trained one does, and its
scores lie between 0 and 1. `benchmarks/comet.py` makes large ones.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Size(NamedTuple):
    """Of the encoder, and of the estimator's hidden layers. `rows`: of the embeddings, 0 for those of the tokenizer."""

    layers: int
    width: int
    heads: int
    inner: int
    hidden: tuple[int, int]
    rows: int = 0


SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
SMALL = Size(layers=3, width=32, heads=4, inner=64, hidden=(24, 8))
TEXT = (
    "Das Haus ist alt und die Katze schläft auf dem Dach. The house is old, and the cat sleeps on the roof. "
    "2.500 Dateien wurden gelöscht; press Start to continue! ein Boot fährt é 中文 über den See: 100 % ? Ja, nein."
)
OPTIONS: dict[str, Any] = {
    "nr_frozen_epochs": 0.3, "keep_embeddings_frozen": True, "optimizer": "AdamW", "warmup_steps": 0,
    "encoder_learning_rate": 1e-6, "learning_rate": 1e-5, "layerwise_decay": 0.95, "encoder_model": "XLM-RoBERTa",
    "layer_transformation": "sparsemax", "layer_norm": False, "loss": "mse", "dropout": 0.1, "batch_size": 4,
    "train_data": [], "validation_data": [], "activations": "Tanh", "final_activation": None,
}  # fmt: skip


def make(folder: Path, family: str) -> Path:
    """A small model: `hparams.yaml`, `checkpoints/model.ckpt`, and `encoder/` with configuration and tokenizer."""
    from tokenizers import models

    words = [f"▁{word}" for word in TEXT.split()]
    pieces = [(piece, -10.0 if len(piece) == 1 else -5.0) for piece in dict.fromkeys([*words, *TEXT, "▁"])]
    vocabulary = [*((piece, 0.0) for piece in SPECIAL), *(piece for piece in pieces if piece[0] != " ")]
    make_encoder(folder / "encoder", SMALL, models.Unigram(vocabulary, unk_id=3))
    network, options = build(folder / "encoder", family, SMALL)
    for weights in network.encoder.model.encoder.parameters():
        weights.data.mul_(6)  # so that the layers do something to what comes in
    if family == "regression_metric":
        prefer_the_same(network.estimator, SMALL.width)
    else:
        linear(network.estimator)[-1].bias.data.fill_(0.5)
    save(network, folder, family, options)
    return folder


def build(encoder: Path, family: str, size: Size) -> tuple[Any, dict[str, Any]]:
    """A network with random weights, and its hyperparameters."""
    import torch
    from comet.models import str2model

    options = OPTIONS | {"pretrained_model": str(encoder), "hidden_sizes": list(size.hidden)}
    if family == "unified_metric":
        options |= {"sent_layer": "mix", "input_segments": ["mt", "src"]}
    else:
        options |= {"layer": "mix", "pool": "avg"}
    torch.manual_seed(7)
    return str2model[family](**options, load_pretrained_weights=False, local_files_only=True), options


def save(network: Any, folder: Path, family: str, options: dict[str, Any]) -> None:
    import torch

    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    saved = {"state_dict": network.state_dict(), "hyper_parameters": options, "pytorch-lightning_version": "2.0.0"}
    torch.save(saved, folder / "checkpoints" / "model.ckpt")
    (folder / "hparams.yaml").write_text(yaml.safe_dump(options | {"class_identifier": family}), encoding="utf-8")


def make_encoder(folder: Path, size: Size, model: Any, lines: Iterable[str] = ()) -> None:
    """A configuration of XLM-R and a tokenizer; `lines` train its model."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors, trainers
    from transformers import XLMRobertaConfig, XLMRobertaTokenizerFast

    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    if lines:
        training = trainers.UnigramTrainer(
            vocab_size=20_000, special_tokens=SPECIAL, unk_token=SPECIAL[3], show_progress=False
        )
        tokenizer.train_from_iterator(lines, training)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = XLMRobertaTokenizerFast(tokenizer_object=tokenizer, model_max_length=512)
    fast.save_pretrained(folder)
    XLMRobertaConfig(
        vocab_size=size.rows or len(fast), hidden_size=size.width, num_hidden_layers=size.layers,
        num_attention_heads=size.heads, intermediate_size=size.inner, max_position_embeddings=514, type_vocab_size=1,
        pad_token_id=fast.pad_token_id, bos_token_id=fast.bos_token_id, eos_token_id=fast.eos_token_id,
    ).save_pretrained(folder)  # fmt: skip


def prefer_the_same(estimator: Any, width: int) -> None:
    """Inputs are hypothesis, reference, product, distance to the reference, and the same two with the source."""
    import torch

    first, second, last = linear(estimator)
    with torch.no_grad():
        first.weight.mul_(0.02)
        first.weight[:, 3 * width : 4 * width] = -0.004
        for layer in (second, last):
            layer.weight.abs_()
        last.weight.div_(3 * last.weight.sum())
        last.bias.fill_(0.6)


def linear(estimator: Any) -> list[Any]:
    """Its layers with weights, in order."""
    return [layer for layer in estimator.ff if hasattr(layer, "weight")]
