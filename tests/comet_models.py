"""COMET checkpoints with random weights, small enough to be made in a second, as a download would lie on the disk.

The encoder is random. The estimator of the pairwise model is made so that it falls with the distance between
hypothesis and reference: it prefers the same text, as a trained one does, and its scores lie between 0 and 1.
"""

from pathlib import Path
from typing import Any

import yaml

WIDTH, LAYERS = 32, 3
TEXT = (
    "Das Haus ist alt und die Katze schläft auf dem Dach. The house is old, and the cat sleeps on the roof. "
    "2.500 Dateien wurden gelöscht; press Start to continue! ein Boot fährt é 中文 über den See: 100 % ? Ja, nein."
)
OPTIONS: dict[str, Any] = {
    "nr_frozen_epochs": 0.3, "keep_embeddings_frozen": True, "optimizer": "AdamW", "warmup_steps": 0,
    "encoder_learning_rate": 1e-6, "learning_rate": 1e-5, "layerwise_decay": 0.95, "encoder_model": "XLM-RoBERTa",
    "layer_transformation": "sparsemax", "layer_norm": False, "loss": "mse", "dropout": 0.1, "batch_size": 4,
    "train_data": [], "validation_data": [], "hidden_sizes": [24, 8], "activations": "Tanh", "final_activation": None,
}  # fmt: skip


def make(folder: Path, family: str, seed: int = 7) -> Path:
    """A model folder: `hparams.yaml`, `checkpoints/model.ckpt`, and `encoder/` with its configuration and tokenizer."""
    import torch
    from comet.models import str2model

    encoder = folder / "encoder"
    make_encoder(encoder)
    options = OPTIONS | {"pretrained_model": str(encoder)}
    if family == "unified_metric":
        options |= {"sent_layer": "mix", "input_segments": ["mt", "src"]}
    else:
        options |= {"layer": "mix", "pool": "avg"}
    torch.manual_seed(seed)
    network = str2model[family](**options, load_pretrained_weights=False, local_files_only=True)
    for weights in network.encoder.model.encoder.parameters():
        weights.data.mul_(6)  # so that the layers do something to what comes in
    if family == "regression_metric":
        prefer_the_same(network.estimator)
    else:
        linear(network.estimator)[-1].bias.data.fill_(0.5)
    save(network, folder, family, options)
    return folder


def save(network: Any, folder: Path, family: str, options: dict[str, Any]) -> None:
    import torch

    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    saved = {"state_dict": network.state_dict(), "hyper_parameters": options, "pytorch-lightning_version": "2.0.0"}
    torch.save(saved, folder / "checkpoints" / "model.ckpt")
    (folder / "hparams.yaml").write_text(yaml.safe_dump(options | {"class_identifier": family}), encoding="utf-8")


def make_encoder(folder: Path) -> None:
    """A configuration of XLM-R, and a tokenizer of single characters and the words of TEXT."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import XLMRobertaConfig, XLMRobertaTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    words = [f"▁{word}" for word in TEXT.split()]
    pieces = [(piece, -10.0 if len(piece) == 1 else -5.0) for piece in dict.fromkeys([*words, *TEXT, "▁"])]
    vocabulary = [*((piece, 0.0) for piece in special), *(piece for piece in pieces if piece[0] != " ")]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = XLMRobertaTokenizerFast(tokenizer_object=tokenizer, model_max_length=512)
    fast.save_pretrained(folder)
    XLMRobertaConfig(
        vocab_size=len(fast), hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=514, type_vocab_size=1,
        pad_token_id=fast.pad_token_id, bos_token_id=fast.bos_token_id, eos_token_id=fast.eos_token_id,
    ).save_pretrained(folder)  # fmt: skip


def prefer_the_same(estimator: Any) -> None:
    """Inputs are hypothesis, reference, product, distance to the reference, and the same two with the source."""
    import torch

    first, second, last = linear(estimator)
    with torch.no_grad():
        first.weight.mul_(0.02)
        first.weight[:, 3 * WIDTH : 4 * WIDTH] = -0.004
        for layer in (second, last):
            layer.weight.abs_()
        last.weight.div_(3 * last.weight.sum())
        last.bias.fill_(0.6)


def linear(estimator: Any) -> list[Any]:
    """Its layers with weights, in order."""
    return [layer for layer in estimator.ff if hasattr(layer, "weight")]
