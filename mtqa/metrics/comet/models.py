"""Which COMET models there are: where they lie on this machine, and under which licence. Loads none of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mtqa.errors import ConfigError, MetricError, PluginError
from mtqa.ports import KnownModel

DEFAULT = "Unbabel/wmt22-comet-da"
NON_COMMERCIAL = "cc-by-nc-sa-4.0"

# What class of comet's a checkpoint is of (`class_identifier` in hparams.yaml), by what mtqa uses it for.
PAIRWISE = frozenset({"regression_metric"})
REFERENCE_FREE = frozenset({"referenceless_regression_metric", "unified_metric", "xcomet_metric"})

# As their model cards say. Those that need an account there are marked, for the command that gets them.
KNOWN = (
    KnownModel(DEFAULT, "apache-2.0", "metric"),
    KnownModel("Unbabel/wmt20-comet-da", "apache-2.0", "metric"),
    KnownModel("Unbabel/eamt22-cometinho-da", "apache-2.0", "metric"),
    KnownModel("Unbabel/wmt20-comet-qe-da", "apache-2.0", "check"),
    KnownModel("Unbabel/unite-mup", "apache-2.0", "check"),
    KnownModel("Unbabel/wmt22-cometkiwi-da", NON_COMMERCIAL, "check", gated=True),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xl", NON_COMMERCIAL, "check", gated=True),
    KnownModel("Unbabel/wmt23-cometkiwi-da-xxl", NON_COMMERCIAL, "check", gated=True),
    KnownModel("Unbabel/XCOMET-XL", NON_COMMERCIAL, "check", gated=True),
    KnownModel("Unbabel/XCOMET-XXL", NON_COMMERCIAL, "check", gated=True),
)
_BY_NAME = {model.name.casefold(): model for model in KNOWN}
_TOKENIZERS = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt")
_PACKAGES = {"comet": "unbabel-comet", "torch": "torch", "pkg_resources": "setuptools<82"}


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint on this machine. `encoder`: the folder that replaces the encoder it names, None for that one."""

    name: str
    checkpoint: Path
    family: str
    licence: str | None
    encoder: Path | None

    @property
    def signature(self) -> str:
        """Name, weights and hyperparameters, and the versions of the packages that compute."""
        hparams = hashlib.sha256((self.checkpoint.parents[1] / "hparams.yaml").read_bytes()).hexdigest()[:8]
        versions = "|".join(f"{name}:{version(name)}" for name in ("unbabel-comet", "torch", "transformers"))
        return f"model:{self.name}|weights:{_weights(self.checkpoint)[:12]}|hparams:{hparams}|{versions}"


def find_model(name: str, folder: Path, encoder: Path | None, where: str) -> Model:
    """The model of that name: a folder, a .ckpt file, or one that was downloaded. Nothing is sent anywhere.

    `folder` is what a relative path is relative to. Raises PluginError without the extra, MetricError without the
    model or its encoder; both say which command gets it.
    """
    _require_packages(where)
    path = folder / Path(name).expanduser()
    known = _BY_NAME.get(name.casefold()) or _BY_NAME.get(f"unbabel/{name.casefold()}")
    if path.exists():
        checkpoint = path if path.is_file() else path / "checkpoints" / "model.ckpt"
        name = path.parents[1].name if path.is_file() else path.resolve().name
    elif known or re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        name = known.name if known else name
        checkpoint = _downloaded(name, where, gated=bool(known and known.gated))
    else:
        raise MetricError(where, f"there is no model {path}", f"name a folder, a .ckpt file, or a model like {DEFAULT}")
    hparams = _hparams(checkpoint, where)
    return Model(
        name,
        checkpoint,
        str(hparams.get("class_identifier")),
        _licence(name, checkpoint.parents[1]),
        _encoder(hparams, checkpoint.parents[1], encoder, where),
    )


def check_licence(model: Model, accepted: str | None, where: str) -> None:
    """Raise ConfigError for a model that is not for everybody, until the configuration says that its terms are met."""
    if model.licence and "-nc" in model.licence.casefold() and accepted != model.licence:
        what = f"{model.name} is under {model.licence}, which does not allow commercial use"
        raise ConfigError(where, what, f'if your use is not commercial, write accept_licence = "{model.licence}"')


def _require_packages(where: str) -> None:
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise PluginError(where, f"needs {', '.join(missing)}", 'pip install "mtqa[comet]"')


def _downloaded(name: str, where: str, *, gated: bool) -> Path:
    """The checkpoint of a model in the cache of huggingface_hub."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        checkpoint = Path(snapshot_download(name, local_files_only=True)) / "checkpoints" / "model.ckpt"
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
        checkpoint = Path()
    if not checkpoint.is_file():
        first = "accept its terms on its page, run `hf auth login`, and " if gated else ""
        raise MetricError(where, f"the model {name} is not on this machine", f"{first}get it with `hf download {name}`")
    return checkpoint


def _hparams(checkpoint: Path, where: str) -> dict[str, Any]:
    """What the checkpoint is made of, from the hparams.yaml that lies with it."""
    import yaml

    path = checkpoint.parent.parent / "hparams.yaml"
    layout = "a model is a folder with hparams.yaml and checkpoints/model.ckpt"
    for needed in (checkpoint, path):
        if not needed.is_file():
            raise MetricError(where, f"there is no {needed}", layout)
    try:
        hparams = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise MetricError(where, f"{path} cannot be read ({type(error).__name__})", "get the model again") from error
    if not isinstance(hparams, dict):
        raise MetricError(where, f"{path} holds no settings", "get the model again")
    return hparams


def _licence(name: str, root: Path) -> str | None:
    """The licence of a model: as known by name, or as its own card says; None where neither does."""
    parts = [re.sub(r"^models--(.+?)--", r"\1/", part).casefold() for part in (name, *root.resolve().parts)]
    for part in parts:
        known = _BY_NAME.get(part) or _BY_NAME.get(f"unbabel/{part}")
        if known:
            return known.licence
    card = root / "README.md"
    head = card.read_text(encoding="utf-8", errors="replace")[: 1 << 16] if card.is_file() else ""
    found = re.search(r"^licen[sc]e:\s*[\"']?([\w.+-]+)", head, re.MULTILINE)
    return found[1] if found else None


def _encoder(hparams: dict[str, Any], root: Path, given: Path | None, where: str) -> Path | None:
    """The folder with the configuration and the tokenizer of the encoder, where it is not the one that is named."""
    if given is not None:
        if not _is_encoder(given):
            raise MetricError(where, f"{given} is no encoder", "name a folder with config.json and a tokenizer")
        return given
    named = str(hparams.get("pretrained_model"))
    if _is_encoder(Path(named)) or _in_cache(named):
        return None
    if _is_encoder(root / "encoder"):
        return root / "encoder"
    command = f"hf download {named} --include '*.json' '*.model'"
    todo = f'get them with `{command}`, or name a folder with both: encoder = "..."'
    raise MetricError(where, f"the configuration and the tokenizer of {named} are not on this machine", todo)


def _is_encoder(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any((folder / file).is_file() for file in _TOKENIZERS)


def _in_cache(name: str) -> bool:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    def there(file: str) -> bool:
        return isinstance(try_to_load_from_cache(name, file), str)

    try:
        return there("config.json") and any(map(there, _TOKENIZERS))
    except HFValidationError:
        return False


def _weights(checkpoint: Path) -> str:
    """SHA-256 of a checkpoint; what was downloaded is named by it already."""
    target = checkpoint.resolve()
    if re.fullmatch(r"[0-9a-f]{64}", target.name):
        return target.name
    stat = target.stat()
    return _hashed(target, stat.st_size, stat.st_mtime_ns)


@cache
def _hashed(path: Path, _size: int, _mtime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
