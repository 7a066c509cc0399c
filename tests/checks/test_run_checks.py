"""Checks that compare segments: consistency, terms, shifts, lengths of a run; and glossaries."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.checks import run_checks, watched
from mtqa.cli import mtqa
from mtqa.config import parse_settings
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet
from mtqa.parts import build_checks
from mtqa.plugins import build
from mtqa.ports import Check
from tests.helpers import segment

TBX = """<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif type="TBX"><text><body>
<termEntry><langSet xml:lang="en"><tig><term>backup</term></tig></langSet>
<langSet xml:lang="cs"><tig><term>záloha</term></tig><tig><term>zálohování</term></tig>
<tig><term>backup</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet>
</termEntry></body></text></martif>"""
TBX3 = """<tbx xmlns="urn:iso:std:iso:30042:ed-2" type="TBX-Basic"><text><body><conceptEntry>
<langSec xml:lang="en"><termSec><term>backup</term></termSec></langSec>
<langSec xml:lang="ja"><termSec><term>バックアップ</term></termSec></langSec></conceptEntry></body></text></tbx>"""
TMX = """<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="phrase" o-tmf="x" adminlang="en"
srclang="en" datatype="plaintext"/><body><tu><tuv xml:lang="en"><seg>backup</seg></tuv>
<tuv xml:lang="de"><seg>Sicherung</seg></tuv></tu></body></tmx>"""


def sets(*rows: tuple[str, str], lang: str = "cs") -> list[CandidateSet]:
    return [
        CandidateSet(segment(s, id=f"f#{n}", target_lang=lang), (Candidate("a", Text(t)),))
        for n, (s, t) in enumerate(rows)
    ]


def messages(check: Check, found: list[CandidateSet]) -> list[list[str]]:
    checks = watched(found, {"it": (check, check.default)})
    return [[finding.message for finding in told] for told in run_checks(found, checks)]


def test_consistency_both_ways() -> None:
    rows = sets(("Save file", "Uložit soubor"), ("Save file", "Uložit soubor"), ("Save file", "Zapsat soubor"),
                ("Store file", "Uložit soubor"), ("Save file!", "Uložit soubor"))  # fmt: skip
    assert messages(build("checks", "target_consistency", {}, "x"), rows) == [
        [], [], ["the same source is translated otherwise elsewhere"], [], [],
    ]  # fmt: skip
    other = "the same target translates another source elsewhere"
    assert messages(build("checks", "source_consistency", {}, "x"), rows) == [[other], [other], [], [other], [other]]


def glossary(tmp_path: Path, name: str, text: str, check: str = "terminology", **more: object) -> Check:
    (tmp_path / name).write_text(text, encoding="utf-8")
    table = {"checks": {check: {"glossary": name, **more}}}
    return build_checks(parse_settings(table, tmp_path / "mtqa.toml"))[check][0]


@pytest.mark.parametrize(
    ("name", "text", "lang", "target", "expected"),
    [
        ("g.tbx", TBX, "cs", "Zálohy jsou hotové", []),
        ("g.tbx", TBX, "cs", "Zálohovat", []),
        ("g.tbx", TBX, "cs", "Kopie je hotová", ["backup is not translated by záloha or zálohování"]),
        ("g.tbx", TBX, "cs", "Backup je hotový", ["backup must not translate backup"]),
        ("g.tbx", TBX, "de", "Kopie", []),
        ("g.tbx", TBX3, "ja", "バックアップが完了", []),
        ("g.tbx", TBX3, "ja", "複製が完了", ["backup is not translated by バックアップ"]),
        ("g.tmx", TMX, "de", "Die Sicherungen", []),
        ("g.tmx", TMX, "de", "Die Kopie", ["backup is not translated by Sicherung"]),
        ("g.csv", "source,target\nbackup,sauvegarde|copie\n", "fr", "Les sauvegardes", []),
        ("g.csv", "backup;نسخة احتياطية\n", "ar", "اكتملت النسخة", ["backup is not translated by نسخة احتياطية"]),
        ("g.csv", "backup\tкопия|!бэкап\n", "ru", "Бэкапы готовы", ["бэкап must not translate backup"]),
    ],
)
def test_terms(tmp_path: Path, name: str, text: str, lang: str, target: str, expected: list[str]) -> None:
    check = glossary(tmp_path, name, text)
    assert messages(check, sets(("The backups are complete", target), lang=lang)) == [expected]


def test_terms_are_the_same_across_files(tmp_path: Path) -> None:
    check = glossary(tmp_path, "g.csv", "backup,záloha|kopie\n", "term_consistency")
    rows = sets(("a backup", "záloha"), ("the backup", "zálohu"), ("backup!", "kopie"))
    assert messages(check, rows) == [[], [], ["backup is kopie here, záloha elsewhere"]]


def test_what_is_not_to_be_translated() -> None:
    check = build("checks", "do_not_translate", {"terms": ["Acme Cloud", "雲"]}, "x")
    rows = sets(("Open Acme Cloud", "Otevřít Acme Cloud"), ("Open Acme Cloud", "Otevřít oblak"), ("Acme Clouds", "x"))
    assert messages(check, rows) == [[], ["Acme Cloud is not kept"], []]


def test_what_is_forbidden() -> None:
    check = build("checks", "forbidden", {"patterns": [r"(?i)\bkaput\w*"], "characters": "ß"}, "x")
    assert messages(check, sets(("broken", "Kaputt"), ("street", "Straße"), ("ok", "gut"))) == [
        ["forbidden: Kaputt"], ["forbidden: ß"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(("limit", "text", "expected"), [
    ((5, "char"), "abcdef", ["6 characters, 5 are allowed"]), ((5, "char"), "e\u0301abcd", []),
    ((5, "byte"), "čeština", ["9 bytes, 5 are allowed"]), ((4, "char"), "保存文件", []), (None, "abcdef", []),
])  # fmt: skip
def test_the_length_that_a_file_allows(limit: tuple[int, str] | None, text: str, expected: list[str]) -> None:
    found = [CandidateSet(segment("x", limit=limit), (Candidate("a", Text(text)),))]
    assert messages(build("checks", "max_length", {}, "x"), found) == [expected]


def test_a_shift_is_seen_with_others_and_alone() -> None:
    texts = [("The old house burns", "Starý dům hoří"), ("The 24 dogs sleep", "Čtyřiadvacet psů spí"),
             ("Nobody waters 35 flowers", "Nikdo nezalévá květiny")]  # fmt: skip
    check = build("checks", "shift", {}, "x")
    found = [
        CandidateSet(segment(s), (*(Candidate(e, Text(t)) for e in "ab"), Candidate("c", Text(texts[(n + 1) % 3][1]))))
        for n, (s, t) in enumerate(texts)
    ]
    told = messages(check, found)
    assert told[:2] == [["seems to belong to the segment after"]] * 2
    rows = sets(("Call 112 in Prague", "Napište 2450 do Acme"), ("Write to 2450 at Acme", "Kupte 77 růží"))
    assert messages(check, rows)[0] == ["seems to belong to the segment after"]


def test_the_length_that_is_usual_in_the_run() -> None:
    usual = [("x" * 40 + str(n), "y" * 120) for n in range(60)]
    check = build("checks", "length_ratio", {}, "x")
    assert messages(check, sets(*usual, ("x" * 40, "y" * 25)))[-1] == ["much shorter than its source"]
    assert messages(check, sets(("x" * 40, "y" * 140)))[0] == ["much longer than its source"], "one to one, of few"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (
            "a.xlf",
            (
                '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a"'
                ' datatype="plaintext" source-language="en" target-language="de"><body>'
                '<trans-unit id="1" maxwidth="5" size-unit="char">'
                "<source>Save</source><target>Speichern</target></trans-unit></body></file></xliff>"
            ),
        ),
        (
            "b.xlf",
            (
                '<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en" trgLang="de"'
                ' xmlns:slr="urn:oasis:names:tc:xliff:sizerestriction:2.0"><file id="f"><unit id="1"'
                ' slr:sizeRestriction="0,5"><segment><source>Save</source><target>Speichern</target></segment></unit>'
                "</file></xliff>"
            ),
        ),
    ],
)
def test_the_limits_of_files_are_checked(tmp_path: Path, name: str, file: str) -> None:
    (tmp_path / name).write_text(file, encoding="utf-8")
    done = CliRunner().invoke(mtqa, ["check", str(tmp_path / name), "--json"])
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert (told["check"], told["message"]) == ("max_length", "9 characters, 5 are allowed")
    assert len(told["fingerprint"]) == 16
