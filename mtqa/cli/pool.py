"""`mtqa pool`: whether votes are independent, what each engine adds, whether consensus helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mtqa.cli.evidence import aligned, deliver, evidence_options, read_labels, read_runs, require_place
from mtqa.evidence.pool import pool
from mtqa.ports import JsonObject
from mtqa.report.evidence import pool_page
from mtqa.report.evidence.figures import figure, p_value, percent, runs_of, sample
from mtqa.report.evidence.pool import RELATED

_PAIRS = 10  # that are listed
_NAMES = ("agreement", "failures", "quality", "errors")


@click.command("pool")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@evidence_options("pool", "what people said")
def command(
    *,
    folders: tuple[Path, ...],
    labels: Path | None,
    error_below: float | None,
    formats: tuple[str, ...],
    out: Path | None,
    resamples: int,
    seed: int,
) -> None:
    """Say of the engines in stored runs how many independent votes they are, and what each of them adds.

    Asks no engine. With labels it also says which engines fail together, and whether the choice is better than
    each engine alone. Intervals are of 95 %, over documents.
    """
    out = out or folders[0]
    require_place(formats, out)
    observed = read_runs(folders)
    documents, drawn = observed.documents(resamples=resamples, seed=seed)
    record = pool(observed, documents, drawn, read_labels(labels, observed, error_below))
    deliver(record, "pool", _lines(record), pool_page, formats, out)


def _lines(record: JsonObject) -> Iterator[str]:
    yield runs_of(record)
    yield from _votes(record)
    yield from _pairs(record)
    yield from _marginal(record["marginal"])
    yield from _without(record["without"])
    yield from _benefit(record.get("benefit"))
    yield ""
    yield "what to change" if record["advice"] else "what to change: nothing that the figures ask for"
    for one in record["advice"]:
        yield f"  {one['do']} {one['engine'] + ': ' if 'engine' in one else ''}{one['why']}"


def _votes(record: JsonObject) -> Iterator[str]:
    yield ""
    yield f"{len(record['engines'])} engines are worth {figure(record['votes'], 1)} votes by agreement"
    if found := record.get("co_failures"):
        yield f"  {figure(found['votes'], 1)} votes by labelled errors, {sample(found['votes'])} segments and documents"
        if "times" in found:
            yield f"  they fail together {figure(found['times'], 1)} times as often as chance"
    for family, engines in record["families"].items():
        yield f"  family {family}: {', '.join(engines)}"


def _pairs(record: JsonObject) -> Iterator[str]:
    errors = {tuple(pair["engines"]): pair for pair in record.get("co_failures", {"pairs": ()})["pairs"]}
    ordered = sorted(record["pairs"], key=lambda pair: -pair.get("dependence", pair["agreement"])["value"])
    rows = []
    for pair in ordered[:_PAIRS]:
        dependence, both = pair.get("dependence"), errors.get(tuple(pair["engines"]), {})
        row = [" and ".join(pair["engines"]), figure(pair["agreement"]), figure(dependence, sign=True)]
        row += [p_value((dependence or {}).get("p")), RELATED.get(pair.get("related", ""), "-")]
        if errors:
            row += [percent(both.get("both")), percent(both.get("chance")), p_value(both.get("p"))]
        rows.append(row)
    yield ""
    yield "the closest pairs" + (f" of {len(ordered)}" if len(ordered) > _PAIRS else "")
    head = ["pair", "agreement", "dependence", "p (Holm)", "related"]
    yield from aligned(head + (["both fail", "chance", "p (Holm)"] if errors else []), rows)


def _form(name: str, one: JsonObject | None, *, sign: bool = False) -> str:
    return percent(one, sign=sign) if name in ("failures", "errors") else figure(one, 3, sign=sign)


def _marginal(rows: list[JsonObject]) -> Iterator[str]:
    names = [name for name in _NAMES if any(name in row for row in rows)]
    yield ""
    yield "what the choice of k engines is worth, and what the k-th adds (agreement is with the whole pool)"
    body = []
    for row in rows:
        told = [f"{_form(name, row.get(name))}" for name in names]
        last = "quality" if "quality" in row else "agreement"
        adds = _form(last, row.get(last, {}).get("adds"), sign=True)
        body.append([str(row["engines"]), *told, adds, f"{row['cost']:.2f}" if "cost" in row else "-"])
    last = "quality" if "quality" in names else "agreement"
    yield from aligned(["k", *names, f"adds, {last}", "cost per 1,000"], body)


def _without(rows: list[JsonObject]) -> Iterator[str]:
    if rows:
        names = [name for name in _NAMES if any(name in row for row in rows)]
        yield ""
        yield "how the choice changes without one engine"
        body = [
            [
                row["engine"],
                *(_form(name, row.get(name), sign=True) for name in names),
                p_value(row.get("quality", {}).get("p")),
            ]
            for row in rows
        ]
        yield from aligned(["without", *names, "p (Holm, quality)"], body)


def _benefit(found: JsonObject | None) -> Iterator[str]:
    yield ""
    if found is None:
        yield "does consensus help: not known without labels of what was chosen and of every engine"
        return
    average = f"; against the average engine: {found['average']['answer']}" if "average" in found else ""
    yield f"does consensus help, against every engine alone: {found['answer']}{average}"
    digits = 2 if found["by"] == "score" else 4
    rows = [("the average engine", found.get("average"))]
    if "best" in found:
        rows.append((f"the best engine, afterwards ({found['best']['engine']})", found["best"]))
    rows += [(one["engine"], one) for one in found["each"]]
    body = [
        [name, figure(one["difference"], digits, sign=True), p_value(one.get("p")), sample(one["difference"])]
        for name, one in rows
        if one
    ]
    yield from aligned(["against", f"difference in {found['by']}", "p (Holm)", "segments / documents"], body)
    if errors := found.get("errors"):
        told = [f"{name} {percent(errors[name], 2)}" for name in ("consensus", "average", "best")]
        yield f"  errors: {', '.join(told)}"
