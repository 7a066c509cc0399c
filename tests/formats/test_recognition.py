"""Dialects are recognised by namespaces anywhere, then by their tool, then by the looks of file and group."""

from pathlib import Path

import pytest

from mtqa.formats import inspect
from tests.formats.bilingual import FORMATS, XLIFF12, XLIFF20, Sample, edit

UNIT = '<trans-unit id="1"><source>A</source></trans-unit>'
SDL = 'xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0"'
CASES = [
    ("", "", UNIT, "plain"),
    (SDL, "", UNIT, "sdlxliff"),
    ("xmlns:any='MQXliff'", "", UNIT, "mqxliff"),
    ("", "", UNIT.replace("<trans-unit", '<trans-unit xmlns:z="MQXliff" z:status="NotStarted"'), "mqxliff"),
    ("", "", UNIT.replace("</source>", f"</source><sdl:seg-defs {SDL}/>"), "sdlxliff"),
    ('xmlns:m="http://www.memsource.com/mxlf/2.0"', "", UNIT, "mxliff"),
    ('xmlns:iws="http://www.idiominc.com/ws/asset"', "", UNIT, "worldserver"),
    ('xmlns:xtm="urn:xliff-xtm-extensions"', "", UNIT, "xtm"),
    ('xmlns:sc="SmartcatXliff"', "", UNIT, "smartcat"),
    (f'xmlns:translate5="http://www.translate5.net/" {SDL}', "", UNIT, "translate5"),
    ('xmlns:okp="okapi-framework:xliff-extensions"', "", UNIT, "okapi"),
    ('xmlns:okp="okapi-framework:xliff-extensions"', 'tool-id="matecat-converter 1.1.2"', UNIT, "matecat"),
    ("", 'tool="OmegaT 6"', UNIT, "omegat"),
    ("", 'original="ng2.template"', UNIT, "angular"),
    ("", 'original="../Strings.resx"', UNIT, "dotnet"),
    ("", 'datatype="xml"', f'<group id="body">{UNIT}</group>', "business-central"),
    ("", 'datatype="html"', f'<group id="body">{UNIT}</group>', "plain"),
]


@pytest.mark.parametrize(("namespaces", "file", "units", "dialect"), CASES)
def test_xliff_1(tmp_path: Path, namespaces: str, file: str, units: str, dialect: str) -> None:
    path = tmp_path / "a.bin"
    content = XLIFF12.format(units).replace("<xliff ", f"<xliff {namespaces} ")
    for attribute in file.split(" ", 1)[0].split("=")[:1]:
        content = content.replace('original="a.html"', "") if attribute == "original" else content
        content = content.replace('datatype="html"', "") if attribute == "datatype" else content
    path.write_text(content.replace("<file ", f"<file {file} "), encoding="utf-8")
    assert inspect(path, FORMATS).dialect == dialect


@pytest.mark.parametrize(
    ("tool", "dialect"),
    [("com.apple.dt.xcode", "xcode"), ("symfony", "symfony"), ("OmegaT", "omegat"), ("MQ", "plain")],
)
def test_by_the_tool_of_this_file(tmp_path: Path, tool: str, dialect: str) -> None:
    path = tmp_path / "a.xliff"
    header = f'<header><tool tool-id="{tool}" tool-name="n"/></header><body>'
    path.write_text(XLIFF12.format(UNIT).replace("<body>", header), encoding="utf-8")
    assert inspect(path, FORMATS).dialect == dialect
    second = '</file><file original="b" source-language="en" datatype="x"><body>' + UNIT + "</body></file>"
    path.write_text(path.read_text(encoding="utf-8").replace("</file>", second), encoding="utf-8")
    assert inspect(path, FORMATS).dialect == "plain"


@pytest.mark.parametrize(("file", "dialect"), [('id="ngi18n"', "angular"), ('id="f1"', "plain")])
def test_xliff_2(tmp_path: Path, file: str, dialect: str) -> None:
    path = tmp_path / "a.xlf"
    unit = '<unit id="u"><segment><source>A</source></segment></unit>'
    path.write_text(XLIFF20.format(unit).replace('id="f1"', file), encoding="utf-8")
    assert inspect(path, FORMATS).dialect == dialect


def test_a_dialect_decides_how_it_is_written(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT).replace('original="a.html"', 'original="ng2.template"')
    assert "<target>B</target>" in Sample(tmp_path, "xliff1", content).rewritten({1: edit("B", remark="r")})
