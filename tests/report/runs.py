"""Makes run folders such as a run leaves behind: `make_run(folder, texts_of(n))`."""

import json
from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

from mtqa.issues import REASONS
from mtqa.report.summary import summarise

Record = dict[str, Any]
ENGINES = ("apertium", "deepl", "mistral", "nllb", "vendor")
AGREE_AT, GAP, MIN_VOTERS = 0.6, 0.2, 3

# (languages, unit, source, candidates in the order of ENGINES; None: no candidate)
TEXTS: list[tuple[tuple[str, str], str, str, tuple[str | None, ...]]] = [
    (("en", "de"), "btn.save", "Press <g1>Save</g1> to keep your changes.", (
        "Drücken Sie <g1>Speichern</g1>, um Ihre Änderungen zu behalten.",
        "Drücken Sie auf <g1>Speichern</g1>, um Ihre Änderungen zu behalten.",
        "Drücken Sie Speichern, um Ihre Änderungen zu sichern.",
        "Drücken Sie <g1>Speichern</g1>, um Ihre Änderungen zu sichern.",
        "Drücken Sie auf <g1>Speichern</g1>, um Ihre Änderungen zu behalten.",
    )),
    (("en", "de"), "quota.limit", "Your plan includes 2,500 requests per day; unused requests do not roll over.", (
        "Ihr Tarif umfasst 2.500 Anfragen pro Tag; nicht genutzte Anfragen verfallen.",
        "Ihr Tarif beinhaltet 2.500 Anfragen pro Tag; nicht genutzte Anfragen werden nicht übertragen.",
        "Ihr Tarif umfasst 25.000 Anfragen täglich, ungenutzte Anfragen werden übertragen.",
        "Im Abonnement sind jeden Tag Abfragen enthalten, die Sie frei verwenden dürfen.",
        "Ihr Plan enthält 2.500 Anfragen/Tag. Nicht verbrauchte Anfragen gehen nicht auf den Folgetag über. ",
    )),
    (("en", "de"), "doc.p4", "The spring must not be compressed while the valve is open.", (
        "Die Feder darf nicht zusammengedrückt werden, während das Ventil offen ist.",
        "Die Feder darf bei geöffnetem Ventil nicht zusammengedrückt werden.",
        "Der Frühling muss komprimiert werden, wenn das Ventil offen steht.",
        "Die Feder darf nicht zusammengedrückt werden, solange das Ventil geöffnet ist.",
        "Die Feder darf nicht zusammengedrückt werden, während das Ventil geöffnet ist.",
    )),
    (("en", "de"), "menu.file", "File", ("Datei", "Datei", "Datei", "Datei", "Datei")),
    (("en", "de"), "legal.12", "This clause survives termination of the agreement.", (
        "Diese Klausel überlebt die Beendigung des Abkommens.",
        "Diese Klausel gilt auch nach Beendigung der Vereinbarung fort.",
        None, None, None,
    )),
    (("en", "ja"), "greeting", "Your order has been shipped today.", (
        "ご注文の商品は本日発送されました。", "ご注文の商品は本日発送いたしました。", "注文は今日出荷されました。",
        "ご注文の品は本日発送されました。", "ご注文の商品は本日発送されました。",
    )),
    (("en", "ar"), "alert.disk", "Only 12 % of disk space is left on <x1/>.", (
        "لم يتبق سوى 12 ٪ من مساحة القرص على <x1/>.", "لم يتبق سوى 12٪ من مساحة القرص على <x1/>.",
        "تبقى 21 ٪ فقط من مساحة القرص.", "لم يتبق سوى 12 ٪ من مساحة القرص على <x1/>.",
        "لم يبق سوى 12 ٪ من المساحة على <x1/>.",
    )),
    (("en", "de"), "faq.q7", "He let the cat out of the bag before the meeting, which nobody had expected.", (
        "Er ließ die Katze aus der Tasche vor dem Treffen, das niemand erwartet hatte.",
        "Er plauderte vor der Besprechung das Geheimnis aus, womit niemand gerechnet hatte.",
        "Vor dem Meeting verriet er alles. Niemand hatte das kommen sehen.",
        "Er hat die Katze aus dem Sack gelassen, was keiner erwartete.",
        "Noch vor der Sitzung ließ er die Katze aus dem Sack – zur Überraschung aller.",
    )),
]  # fmt: skip
CODES = {
    "<g1>": '<g id="1" ctype="bold">', "</g1>": "</g>", "<x1/>": '<x id="1" equiv-text="{volume}"/>',
}  # fmt: skip


def texts_of(count: int) -> Iterator[Record]:
    """`count` segments, the texts above again and again, told apart by a number."""
    for n in range(1, count + 1):
        languages, unit, source, targets = TEXTS[(n - 1) % len(TEXTS)]
        turn = (n - 1) // len(TEXTS)
        mark = f" [{turn}]" if turn else ""
        file = f"app_{languages[0]}-{languages[1]}.xlf"
        given = {e: t + mark for e, t in zip(ENGINES, targets, strict=True) if t is not None}
        if turn and n % 20 == 0:
            yield protected(n, file, unit, source + mark, languages)
        else:
            yield segment(n, file, f"{unit}.{turn}" if turn else unit, source + mark, given, languages)


def protected(n: int, file: str, unit: str, source: str, languages: tuple[str, str]) -> Record:
    return {
        **_head(n, file, unit, source, languages), "existing": source, "state": "final", "status": "protected",
        "protected": "translate=no", "voters": [], "supporters": [], "reasons": [], "candidates": [], "failures": [],
        "utilities": {},
    }  # fmt: skip


def segment(
    n: int, file: str, unit: str, source: str, given: dict[str, str], languages: tuple[str, str] = ("en", "de")
) -> Record:  # fmt: skip
    """One decided segment: the decision is made as the tool makes it, over a simple similarity."""
    pairs = {(h, r): similarity(given[h], given[r]) for h, r in permutations(given, 2)}
    expected = {e: sum(v for (h, _), v in pairs.items() if h == e) / max(len(given) - 1, 1) for e in given}
    findings = {e: list(_findings(source, text)) for e, text in given.items()}
    eligible = [e for e in given if not any(f["severity"] == "error" for f in findings[e])]
    chosen = max(eligible, key=expected.__getitem__) if eligible and len(given) >= MIN_VOTERS else None
    best = max(expected.values(), default=0.0)
    outliers = {e for e in given if e != chosen and len(given) >= MIN_VOTERS and best - expected[e] >= GAP}
    supporters = [e for e in given if chosen and (e == chosen or pairs[chosen, e] >= AGREE_AT)]
    status = "undecided" if not chosen else "agreed" if 2 * len(supporters) > len(given) else "divergent"
    record = _head(n, file, unit, source, languages) | {
        "status": status,
        "voters": list(given),
        "supporters": supporters,
        "reasons": list(_reasons(given, findings, outliers, status)),
        "candidates": [
            {
                "engine": e, "target": text, "utility": round(expected[e], 6), "outlier": e in outliers,
                "findings": findings[e], "model": f"{e}-2026-05", "latency_ms": 40 + 97 * len(e),
                "cost": len(text) * 2e-5,
            }
            for e, text in given.items()
        ],
        "failures": [
            {"engine": e, "kind": "failed" if e == "nllb" else "truncated", "reason": "HTTP 503 after 4 attempts"}
            for e in (ENGINES if given.keys() <= set(ENGINES) else ()) if e not in given
        ],
        "utilities": {"chrf": [{"hypothesis": h, "reference": r, "value": round(v, 6)} for (h, r), v in pairs.items()]},
    }  # fmt: skip
    if chosen:
        record["chosen"] = {"engine": chosen, "target": given[chosen]}
        record["divergence"] = round(1 - expected[chosen], 6)
    return record


def _head(n: int, file: str, unit: str, source: str, languages: tuple[str, str]) -> Record:
    head = {
        "id": f"{file}#{n}", "file": file, "unit": unit, "source": source,
        "source_lang": languages[0], "target_lang": languages[1],
    }  # fmt: skip
    codes = {token: raw for token, raw in CODES.items() if token in source}
    return head | ({"codes": codes} if codes else {})


def similarity(one: str, other: str) -> float:
    """Dice coefficient of the runs of three characters."""
    a, b = ({text[i : i + 3] for i in range(max(len(text) - 2, 1))} for text in (one, other))
    return 2 * len(a & b) / (len(a) + len(b))


def _findings(source: str, target: str) -> Iterator[Record]:
    for token in CODES:
        if token in source and token not in target:
            yield {"check": "inline_codes", "its": "markup", "severity": "error", "message": f"{token} missing"}
            break
    for wrong, right in (("25.000", "2,500"), ("21", "12")):
        if right in source and wrong in target:
            at = _bare(target).index(wrong)
            yield {
                "check": "numbers", "its": "numbers", "severity": "warning", "message": f"{wrong} added",
                "subject": wrong,
                "span": [at, at + len(wrong)],
            }  # fmt: skip


def _bare(text: str) -> str:
    for token in CODES:
        text = text.replace(token, "")
    return text


def _reasons(given: dict[str, str], findings: Record, outliers: set[str], status: str) -> Iterator[Record]:
    if status == "undecided":
        evidence = f"{len(given)} of {len(ENGINES)} engines have a candidate, {MIN_VOTERS} are needed to elect"
        yield _reason("no_quorum", given, evidence)
    codes = {"inline_codes": "formatting_error", "numbers": "hallucination"}
    for engine, found in findings.items():
        for one in found:
            evidence = f"{one['message']} in 1 of {len(given)}: {engine}"
            yield _reason(codes[one["check"]], [engine], evidence)
    for engine in sorted(outliers):
        yield _reason("semantic_drift", [engine], f"stands apart from the others: {engine}")
    if status == "divergent" and not outliers:
        yield _reason("unusual_input", given, "no two candidates agree at 0.6")


def _reason(code: str, engines: Iterable[str], evidence: str) -> Record:
    return {"code": code, "its": REASONS[code].its, "engines": list(engines), "evidence": evidence}


def make_run(folder: Path, records: Iterable[Record]) -> Path:
    """Write `run.json` and `segments.jsonl`; returns the folder."""
    records = list(records)
    judged = sorted(record["divergence"] for record in records if "divergence" in record)
    for record in records:
        if "divergence" in record:
            record["risk"] = round((judged.index(record["divergence"]) + 1) / len(judged), 6)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "segments.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "run.json").write_text(json.dumps(_manifest(records), ensure_ascii=False), encoding="utf-8")
    return folder


def _manifest(records: list[Record]) -> Record:
    files = {record["file"]: 0 for record in records} or {"empty.xlf": 0}
    for record in records:
        files[record["file"]] += 1
    said = (one["engine"] for record in records for one in (*record["candidates"], *record["failures"]))
    engines = tuple(dict.fromkeys([*ENGINES, *said]))
    return {
        "mtqa": "0.1.0",
        "schema": 1,
        "created": "2026-05-04T09:30:00+00:00",
        "finished": "2026-05-04T13:42:08+00:00",
        "inputs": [{"file": f, "format": "xliff1", "sha256": "0" * 64, "segments": n} for f, n in files.items()],
        "engines": {e: {"use": "file" if e == "vendor" else e, "signature": f"{e}|v:1"} for e in engines},
        "metrics": {"chrf": "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.5.1"},
        "decide": {"metric": "chrf", "agree_at": AGREE_AT, "outlier_gap": GAP, "min_voters": MIN_VOTERS},
        "languages": sorted({(r["source_lang"], r["target_lang"]) for r in records}),
        "notices": [{"where": "app_en-de.xlf:12", "what": "unit without an id; its place in the file is used"}],
        "summary": summarise(records, engines, dict.fromkeys(engines, "EUR")),
    }
