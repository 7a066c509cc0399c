"""The page of a pool."""

from __future__ import annotations

from collections.abc import Sequence

from mtqa.ports import JsonObject
from mtqa.report.evidence.figures import figure, p_value, percent, sample
from mtqa.report.evidence.markup import Markup, el, engine, join, section, table
from mtqa.report.evidence.plots import intervals
from mtqa.report.evidence.scorecard import SEEN

RELATED = {"family": "one family", "identity": "nearly identical", "agreement": "closer than the rest explains"}
_VOTES = (
    "Engines that copy each other are fewer votes than engines. Agreement alone sees which engines are closer than "
    "what each has in common with the rest explains; mistakes that all share only labels see."
)
_CHANCE = "Chance is the product of the two shares of errors; phi is 0 for independent errors."
_KTH = (
    "The choice of k engines, on average over pools of that size. Agreement is that of the choice with the whole pool; "
    "a failure stands 0.25 or more below what the others agree on. “Adds” is what the k-th engine changes."
)
_WITHOUT = "How the choice of all engines changes when one is left out."
_ANSWERS = {
    "yes": "Yes: the choice is better than every engine alone.",
    "no": "No: some engine alone is better than the choice.",
    "undecided": "Undecided: these labels do not tell the choice from the best engines.",
}


def sections(record: JsonObject) -> list[Markup]:
    """The sections of the page, in reading order."""
    found: list[Markup | None] = [
        _benefit(record.get("benefit")),
        _advice(record["advice"]),
        _votes(record),
        _matrix(record),
    ]
    found += [_pairs(record["pairs"]), _co_failures(record.get("co_failures"))]
    found += [_marginal(record["marginal"]), _without(record["without"])]
    return [one for one in found if one is not None]


def _benefit(found: JsonObject | None) -> Markup:
    title = "Does consensus help?"
    if found is None:
        why = "Not known: that needs labels of what was chosen and of every engine."
        return section(title, el("p", {"class": "answer"}, why))
    digits = 2 if found["by"] == "score" else 4
    rows = [("the average engine", found.get("average")), *((one["engine"], one) for one in found["each"])]
    if "best" in found:
        rows.insert(1, (f"the best engine, afterwards: {found['best']['engine']}", found["best"]))
    body = []
    for name, one in rows:
        if one:
            told = [figure(one[key], digits) for key in ("consensus", "alone")]
            difference = figure(one["difference"], digits, sign=True)
            body.append([engine(name), *told, difference, p_value(one.get("p")), sample(one["difference"])])
    plot = intervals(
        [(name, one["difference"] if one else None) for name, one in rows], "The choice less each engine", 0.0
    )
    head = ("against", "consensus", "alone", "difference", "p (Holm)", SEEN)
    told = [el("p", {"class": "answer"}, _ANSWERS[found["answer"]]), plot, table(title, head, body)]
    if errors := found.get("errors"):
        names = {"consensus": "consensus", "average": "the average engine", "best": "the best engine, afterwards"}
        shares = [[names[key], percent(errors[key], 2), sample(errors[key])] for key in names]
        told += [el("h3", {}, "Errors"), table("Errors", ("", "share of errors", SEEN), shares)]
    return section(title, *told)


def _advice(advice: Sequence[JsonObject]) -> Markup:
    items = [
        el(
            "li",
            {},
            el("b", {}, one["do"]),
            " ",
            *([engine(one["engine"]), ": "] if "engine" in one else []),
            one["why"],
        )
        for one in advice
    ]
    return section(
        "What to change", el("ul", {}, *items) if items else el("p", {}, "Nothing that the figures ask for.")
    )


def _votes(record: JsonObject) -> Markup:
    rows = [["by agreement", figure(record["votes"], 1), sample(record["votes"])]]
    if found := record.get("co_failures"):
        rows.append(["by labelled errors", figure(found["votes"], 1), sample(found["votes"])])
    families = [f"{name}: {', '.join(engines)}. " for name, engines in record["families"].items()]
    worth = f"{len(record['engines'])} engines, worth {figure(record['votes'], 1)} votes"
    return section(
        "Votes",
        el("p", {"class": "answer"}, worth),
        table("Votes", ("", "effective votes", SEEN), rows, _VOTES),
        el("p", {}, "Families: ", *families) if families else None,
    )


def _matrix(record: JsonObject) -> Markup:
    known = {frozenset(pair["engines"]): pair for pair in record["pairs"]}
    rows = []
    for one in record["engines"]:
        cells: list[str | None] = []
        for other in record["engines"]:
            pair = known.get(frozenset((one, other))) if one != other else None
            cells.append(figure(pair["agreement"]) if pair else None)
        rows.append([engine(one), *cells])
    return section("Agreement of each two engines", table("Agreement", ("", *record["engines"]), rows))


def _pairs(pairs: list[JsonObject]) -> Markup | None:
    known = [pair for pair in pairs if "dependence" in pair or "related" in pair]
    ordered = sorted(known, key=lambda pair: -pair.get("dependence", {"value": 1.0})["value"])
    rows = []
    for pair in ordered:
        told = [figure(pair.get("dependence"), sign=True), p_value(pair.get("dependence", {}).get("p"))]
        rows.append([_names(pair), RELATED.get(pair.get("related", "")), *told, sample(pair["agreement"])])
    head = ("pair", "related", "dependence", "p (Holm)", SEEN)
    return section("Dependence", table("Dependence", head, rows)) if rows else None


def _names(pair: JsonObject) -> Markup:
    one, other = pair["engines"]
    return join([engine(one), " and ", engine(other)])


def _co_failures(found: JsonObject | None) -> Markup | None:
    if found is None:
        return None
    rows = []
    for pair in found["pairs"]:
        shares = [percent(pair[key], 2) for key in ("both", "chance")]
        rows.append(
            [_names(pair), *shares, figure(pair.get("phi"), sign=True), p_value(pair["p"]), sample(pair["both"])]
        )
    head = ("pair", "both fail", "chance", "phi", "p (Holm)", SEEN)
    told = (
        f"Engines fail together {figure(found['times'], 1)} times as often as chance. {_CHANCE}"
        if "times" in found
        else _CHANCE
    )
    return section("Failing together", table("Failing together", head, rows, told))


def _marginal(rows: list[JsonObject]) -> Markup:
    names = [name for name in ("agreement", "failures", "quality", "errors") if any(name in row for row in rows)]
    body = [
        [
            str(row["engines"]),
            str(row["subsets"]),
            *(_added(row.get(name), name) for name in names),
            f"{row['cost']:.2f}" if "cost" in row else None,
        ]
        for row in rows
    ]
    head = ("engines", "pools tried", *names, "cost per 1,000")
    return section("What the k-th engine adds", table("What the k-th engine adds", head, body, _KTH))


def _added(one: JsonObject | None, name: str) -> str | None:
    if one is None:
        return None
    form = percent if name in ("failures", "errors") else figure
    return form(one) + (f", adds {form(one['adds'], sign=True)}" if "adds" in one else "")


def _without(rows: list[JsonObject]) -> Markup | None:
    if not rows:
        return None
    names = [name for name in ("agreement", "failures", "quality", "errors") if any(name in row for row in rows)]
    body = []
    for row in rows:
        told = [
            percent(row.get(n), sign=True) if n in ("failures", "errors") else figure(row.get(n), 3, sign=True)
            for n in names
        ]
        body.append(
            [engine(row["engine"]), *told, p_value(row.get("quality", {}).get("p")), sample(row.get("agreement"))]
        )
    return section(
        "Without one engine",
        table("Without one engine", ("without", *names, "p (Holm, quality)", SEEN), body, _WITHOUT),
    )
