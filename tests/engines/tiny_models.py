"""Translation models of a megabyte at most that know a few sentences by heart, made with the real tools on the spot."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

Pairs = Sequence[tuple[str, str]]

GERMAN = (
    ("The house is big.", "Das Haus ist groß."),
    ("Save the file.", "Datei speichern."),
    ("Good morning!", "Guten Morgen!"),
)
FRENCH = (("The house is big.", "La maison est grande."), ("Save the file.", "Enregistrez le fichier."))
_SHAPE: dict[str, Any] = {
    "d_model": 64, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 64, "dropout": 0.0,
    "attention_dropout": 0.0, "activation_dropout": 0.0,
}  # fmt: skip
_STEPS, _KNOWN = 500, 0.01  # at most; the loss at which every word is sure


def marian(folder: Path) -> None:
    """English to German, saved as transformers does, with the languages on record."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir()
    pieces = [
        *_pieces(folder / "source.spm", [source for source, _ in GERMAN]),
        *_pieces(folder / "target.spm", [target for _, target in GERMAN]),
    ]
    vocabulary = {token: n for n, token in enumerate(dict.fromkeys(["</s>", "<unk>", *pieces, "<pad>"]))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    paths = {name: str(folder / file) for name, file in _MARIAN_FILES.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer = MarianTokenizer(**paths, source_lang="en", target_lang="de")
        pad = vocabulary["<pad>"]
        config = MarianConfig(
            **_SHAPE, vocab_size=len(vocabulary), pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0
        )
        torch.manual_seed(0)
        model = MarianMTModel(config)
        batch = tokenizer(
            [source for source, _ in GERMAN],
            text_target=[target for _, target in GERMAN],
            return_tensors="pt",
            padding=True,
        )
        _learn(model, batch, pad)
        model.generation_config.bad_words_ids = [[pad]]
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


_MARIAN_FILES = {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json"}


def m2m(folder: Path) -> None:
    """English to German and French: a model of many languages, each with a token."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    folder.mkdir()
    pairs = [("de", GERMAN), ("fr", FRENCH)]
    file = folder / "sentencepiece.bpe.model"
    pieces = _pieces(file, [text for _, some in pairs for pair in some for text in pair])
    vocabulary = {token: n for n, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer = M2M100Tokenizer(vocab_file=str(folder / "vocab.json"), spm_file=str(file), src_lang="en")
        languages, spare = 100, 8  # that the tokenizer puts after the vocabulary
        size = len(vocabulary) + languages + spare
        config = M2M100Config(**_SHAPE, vocab_size=size, decoder_start_token_id=2)
        torch.manual_seed(0)
        model = M2M100ForConditionalGeneration(config)
        rows = []
        for language, some in pairs:
            tokenizer.tgt_lang = language
            rows += [tokenizer(source, text_target=target) for source, target in some]
        batch = tokenizer.pad([{"input_ids": row["input_ids"]} for row in rows], return_tensors="pt")
        width = max(len(row["labels"]) for row in rows)
        labels = [row["labels"] + [1] * (width - len(row["labels"])) for row in rows]
        told = torch.tensor(labels)
        begun = torch.cat([torch.full((len(rows), 1), config.decoder_start_token_id), told[:, :-1]], dim=1)
        told[:, 0] = 1  # the language is given, not guessed
        _learn(model, {**batch, "labels": told, "decoder_input_ids": begun}, 1)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def converted(source: Path, folder: Path, *files: str) -> None:
    """A model of transformers as one of CTranslate2."""
    from ctranslate2.converters import TransformersConverter
    from ctranslate2.converters.transformers import BartLoader, M2M100Loader

    def vocabulary(self: Any, model: Any, tokenizer: Any) -> list[str]:
        """With the languages, which the converter does not find in tokenizers of transformers 5."""
        tokens = BartLoader.get_vocabulary(self, model, tokenizer)
        tokens += [token for token in tokenizer.lang_code_to_token.values() if token not in tokens]
        return tokens + [f"madeupword{n}" for n in range(model.config.vocab_size - len(tokens))]

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setattr(M2M100Loader, "get_vocabulary", vocabulary)
        TransformersConverter(str(source), copy_files=list(files)).convert(str(folder))


def _pieces(file: Path, texts: list[str]) -> list[str]:
    import sentencepiece

    with file.open("wb") as out:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts * 5),
            model_writer=out,
            vocab_size=80,
            hard_vocab_limit=False,
            character_coverage=1.0,
            minloglevel=2,
        )
    model = sentencepiece.SentencePieceProcessor(model_file=str(file))
    pieces = [model.id_to_piece(n) for n in range(model.get_piece_size())]
    return [piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")]


def _learn(model: Any, batch: Any, pad: int) -> None:
    """Train until the batch is known by heart. The padding stays zero, as it is in models of the world."""
    import torch

    labels = batch["labels"].masked_fill(batch["labels"] == pad, -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(_STEPS):
        loss = model(**{**batch, "labels": labels}).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            model.get_input_embeddings().weight[pad] = 0
        if loss.item() < _KNOWN:
            return
    raise AssertionError(loss.item())
