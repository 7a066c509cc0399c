"""The file itself, without a browser: what is in it, what may act in it, and what is refused."""

import io
import json
import re
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.errors import StoreError
from mtqa.report.html import HtmlReport
from tests.report.runs import make_run, segment, texts_of


class Blocks(HTMLParser):
    """The contents of the page's script and style elements, as a browser would cut them out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: dict[str, str | None] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._open = dict(attrs) | {"tag": tag}

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.found.append((self._open, data))
            self._open = None

    def data(self, kind: str) -> list[Any]:
        texts = [text for attrs, text in self.found if attrs.get("data-block") == kind]
        if kind in ("segments", "rows"):
            return [json.loads(zlib.decompress(b64decode(text))) for text in texts]
        return [json.loads(text) for text in texts]


def page_of(folder: Path) -> str:
    out = io.BytesIO()
    HtmlReport().render(folder, out)
    return out.getvalue().decode()


ENDINGS = ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028&amp;", "\\u003c"]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.text() | st.sampled_from(ENDINGS),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_comes_back_from_the_data_and_stays_in_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    records = [segment(n, "f.xlf", "u", text, {"deepl": text, "nllb": text}) for n, text in enumerate(texts)]
    folder = make_run(tmp_path_factory.mktemp("run"), records)
    page = page_of(folder)
    blocks = Blocks(page)
    assert blocks.data("segments") == [records]
    assert blocks.data("run") == [json.loads((folder / "run.json").read_text(encoding="utf-8"))]
    assert len(blocks.found) == 6  # style, run, segments, script: nothing that a text opened
    assert "\u2028" not in page


def test_only_our_style_and_script_may_act(tmp_path: Path) -> None:
    blocks = Blocks(page_of(make_run(tmp_path, texts_of(3))))
    policy = next(attrs["content"] for _, attrs in blocks.elements if "http-equiv" in attrs) or ""
    hashes = {
        attrs["tag"]: f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for attrs, text in blocks.found
        if attrs.get("type") != "application/json"
    }
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives == {
        "default-src": "'none'", "style-src": hashes["style"], "script-src": hashes["script"],
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_nothing_is_fetched_and_nothing_is_inline_code(tmp_path: Path) -> None:
    page = page_of(make_run(tmp_path, []))
    blocks = Blocks(page)
    for tag, attrs in blocks.elements:
        assert not {"src", "srcset", "action", "style"} & set(attrs), tag
        assert not [name for name in attrs if name.startswith("on")], tag
        assert (attrs.get("href") or "#").startswith("#"), tag
    assert set(re.findall(r"https?://[^\s\"']+", page)) == {"http://www.w3.org/2000/svg"}  # a name, never an address
    script = next(text for attrs, text in blocks.found if attrs.get("type") == "module")
    assert not re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b", script)


def test_same_run_same_bytes(tmp_path: Path) -> None:
    folder = make_run(tmp_path, texts_of(1200))
    page = page_of(folder)
    assert page == page_of(folder)
    assert [len(block) for block in Blocks(page).data("segments")] == [100] * 12


@pytest.mark.parametrize("name", ["run.json", "segments.jsonl"])
@pytest.mark.parametrize("damage", [None, b'{"id": "a', b"[]", b'{"risk": NaN}', b"\xff\xfe", b"\n"])
def test_a_damaged_run_is_refused_with_its_file(tmp_path: Path, name: str, damage: bytes | None) -> None:
    folder = make_run(tmp_path, texts_of(1))
    if damage is None:
        (folder / name).unlink()
    else:
        with (folder / name).open("ab" if name == "segments.jsonl" else "wb") as file:
            file.write(damage)
    with pytest.raises(StoreError) as caught:
        page_of(folder)
    assert name in caught.value.where


def test_nothing_is_no_absence(tmp_path: Path) -> None:
    """A row keeps a divergence, a risk and a length of 0: full agreement is part of what the overview draws."""
    folder = make_run(tmp_path, [segment(1, "a.xlf", "u", "", dict.fromkeys("abc", "Ja"))])
    [line] = (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    record = json.loads(line) | {"divergence": 0.0, "risk": 0}
    (folder / "segments.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    [[row]] = Blocks(page_of(folder)).data("rows")
    assert (row["divergence"], row["risk"], row["length"]) == (0, 0, 0)
    assert not {"kept", "outliers", "protected"} & row.keys()
