"""`mtqa calibrate`: confidence from the labels of reviewers, and how much of it may be accepted unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from mtqa import __version__
from mtqa.cli.evidence import STDOUT, tell
from mtqa.cli.numbers import Number, NumberRange, Share
from mtqa.cli.terminal import printable
from mtqa.confidence import ORDERS, SCHEMA_VERSION, STRATA, pool_of
from mtqa.errors import ConfigError
from mtqa.parts import build_formats
from mtqa.ports import JsonObject
from mtqa.review.labels import Labels, Right, read_labels
from mtqa.store.run import fingerprint, read_manifest, read_results, replacing


@click.command("calibrate")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LABELS...")
@click.option(
    "--risk", type=Share(), default="5%", show_default=True, help="Most errors among what is accepted unseen."
)
@click.option("--confidence", type=Share(), default="90%", show_default=True, help="How sure that is to be.")
@click.option(
    "--by", type=click.Choice(STRATA), default="languages", show_default=True, help="What has a threshold of its own."
)
@click.option(
    "--order", type=click.Choice(ORDERS), default="agreement", show_default=True,
    help="What decides who comes first: agreement, or all features, learned from half of the documents.",
)  # fmt: skip
@click.option("--error-below", type=Number(), default=80.0, show_default=True,
              help="A translation with a lower score (esa or score) is wrong.")  # fmt: skip
@click.option("--mqm", type=NumberRange(0, min_open=True), default=5.0, show_default=True,
              help="Wrong from this penalty on.")  # fmt: skip
@click.option("--tolerance", type=NumberRange(0, 1), default=0.0, show_default=True,
              help="Share of the characters that an edit of a right translation may change.")  # fmt: skip
@click.option("--state", "states", multiple=True, metavar="NAME",
              help="Of a post-edited file, only segments in this state. Repeatable.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("calibration.json"),
              show_default=True, help="Where the calibration goes; - is stdout.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the calibration as JSON.")
def command(  # noqa: PLR0913 - one parameter an option
    *,
    folder: Path,
    paths: tuple[Path, ...],
    risk: float,
    confidence: float,
    by: str,
    order: str,
    error_below: float,
    mqm: float,
    tolerance: float,
    states: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Calibrate the confidence of a run on labels, and find what may be accepted unseen.

    LABELS is what reviewers said of the translations that the run in the folder RUN has chosen: a decisions.json, the
    XLSX report filled in, the post-edited file, or a table with id and error, esa, score or mqm. Segments must have
    been drawn at random. Where labels are too few, it says how many are missing, and nothing is accepted.
    """
    from mtqa.evidence.calibrate import Aim, calibrate, digest_of, gather

    _check(out)
    manifest = read_manifest(folder)
    labels = read_labels(folder, paths, Right(error_below, mqm, tolerance, states), build_formats())
    for error in labels.refused:
        click.echo(f"refused: {printable(str(error))}", err=True)
    if labels.unknown:
        tell(f"{labels.unknown} labels are of no segment that this run has chosen a translation for")
    data = gather(read_results(folder), labels.right, by)
    record = calibrate(data, Aim(risk, confidence, order, by)) | {
        "mtqa": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "labels": len(labels.right),
            "wrong": sum(not right for right in labels.right.values()),
            "sha256": digest_of(labels.right),
            "run": fingerprint(folder),
            "right": {"error_below": error_below, "mqm": mqm, "tolerance": tolerance, "states": list(states)},
        },
        "pool": pool_of(list(manifest["engines"]), list(manifest["metrics"]), manifest["decide"]),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    content = text.encode("utf-8", "backslashreplace")  # of a lone surrogate, JSON's own escape
    if out != STDOUT:
        with replacing(out) as file:
            file.write(content)
        click.echo(f'calibration: {out}; to use it, write calibration = "{out}" under [decide]', err=True)
    if as_json or out == STDOUT:
        click.echo(content.decode(), nl=False)
        return
    for line in _lines(record, labels):
        click.echo(printable(line))


def _check(out: Path) -> None:
    """Refuse to overwrite what is no calibration."""
    if out == STDOUT or not out.exists():
        return
    try:
        kept = json.loads(out.read_bytes())
    except (OSError, ValueError):
        kept = None
    if not (isinstance(kept, dict) and kept.get("schema") == SCHEMA_VERSION and "accept" in kept):
        raise ConfigError(str(out), "is there and no calibration", "name another file with -o")


def _lines(record: JsonObject, labels: Labels) -> Iterator[str]:
    """What was found, for a person."""
    told, accept = record["evaluation"], record["accept"]
    wrong = sum(not right for right in labels.right.values())
    right = interval(told["labels"])
    yield f"labels      {len(labels.right)} of {record['segments']} segments, {wrong} wrong; {right} right"
    aurocs, brier = told["auroc"], told["brier"]
    if "after" in aurocs:
        yield f"AUROC       {interval(aurocs['before'])} before, {interval(aurocs['after'])} after calibration"
        if "learned" in aurocs:
            yield f"            {interval(aurocs['learned'])} if the order were learned from all features"
    else:
        yield "AUROC       none: all labels are the same"
    yield f"Brier       {interval(brier['before'])} before, {interval(brier['after'])} after calibration"
    for one in record["sample"]:
        yield (
            f"warning     the labelled segments are no random sample: {one['feature']} differs from the run "
            f"(PSI {one['psi']:.2f}, at most {one['limit']:.2f}); the bound below may not hold"
        )
    yield f"auto-accept at most {accept['risk']:.3g} wrong, with confidence {accept['confidence']:.3g}"
    for name, one in accept["strata"].items():
        yield f"  {name}: {_accepted(one, record['order'])}"


def _accepted(one: JsonObject, order: str) -> str:
    if "threshold" not in one:
        return f"nothing, of {one['labels']} labels: {one['why']}"
    share = one["would_accept"] / one["segments"]
    return (
        f"{100 * share:.1f} % of segments, {order} {one['threshold']:.4f} or more: "
        f"{one['errors']} of {one['accepted']} labels wrong, at most {100 * one['bound']:.2f} %"
    )


def interval(record: JsonObject) -> str:
    """`0.64 [0.60, 0.68]`; the interval is left out where there is none."""
    ends = f" [{record['low']:.3f}, {record['high']:.3f}]" if "low" in record else ""
    return f"{record['value']:.3f}{ends}"
