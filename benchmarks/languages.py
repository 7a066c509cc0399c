"""How often a real answer is taken for one in another language, and how often one in another language is noticed.

    MTQA_DATA=... python benchmarks/languages.py

Reads the development data below MTQA_DATA. Answers in another language are source sentences in place of translations
of the sentence before; those of six words or more count.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polars as pl

from mtqa.engines.flaws import wrong_language
from mtqa.inline import Text
from mtqa.model import Segment
from mtqa.ports import Query


def query(source: str, languages: list[str]) -> Query:
    return Query("q", source, Segment("f", "f", "1", Text(source), *languages))


def main() -> None:
    if not os.environ.get("MTQA_DATA"):
        sys.exit("set MTQA_DATA to the folder of the development data")
    for path in sorted(Path(os.environ["MTQA_DATA"]).glob("*/dev*.parquet")):
        languages = path.name.split(".")[1].split("-")
        frame = pl.read_parquet(path).filter(pl.col("candidate").str.strip_chars() != "")
        pairs = list(frame.select("source", "candidate").iter_rows())
        marked = [target for source, target in pairs if wrong_language(query(source, languages), target)]
        print(f"{path.name}: {len(marked)} of {len(pairs)} candidates marked:")
        for target in marked:
            print("  ", target.replace("\n", " ")[:100])
        sources = sorted({source for source, _ in pairs if len(source.split()) >= 6})
        moved = zip(sources, [*sources[1:], sources[0]], strict=True)
        noticed = sum(bool(wrong_language(query(one, languages), other)) for one, other in moved)
        print(f"  {noticed} of {len(sources)} source sentences noticed in place of translations")


if __name__ == "__main__":
    main()
