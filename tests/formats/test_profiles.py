"""Profiles: what results say of themselves, for the tool that opens the file next."""

from pathlib import Path

import pytest

from mtqa.errors import ConfigError, FormatError
from mtqa.formats import PROFILES
from mtqa.inline import Text
from mtqa.model import Status
from tests.formats.bilingual import TMX14, XLIFF12, XLIFF20, Sample, edit

UNIT = '<trans-unit id="1"><source>A</source>{}</trans-unit>'
UNIT2 = '<unit id="u">{}<segment{}><source>A</source></segment></unit>'
RESULT = edit("B", status=Status.DIVERGENT, remark="r", alternatives=(("e", Text("C"), 60),))
NEVER = ("approved", "signed-off", "final", "reviewed", "locked", "Confirmed", "Proofread")


def written(tmp_path: Path, profile: str | None, content: str = UNIT.format(""), status: Status = Status.AGREED) -> str:
    file = Sample(tmp_path, "xliff1", XLIFF12.format(content), profile=profile)
    change = {1: edit("B", status=status, remark="r", alternatives=(("e", Text("C"), 60),))}
    once = file.rewritten(change)
    assert file.rewritten(change) == once
    return once


@pytest.mark.parametrize(
    ("profile", "agreed", "divergent", "note", "alternatives"),
    [
        (None, "needs-review-translation mt-suggestion", "needs-review-translation mt-suggestion", True, True),
        ("generic", "needs-review-translation mt-suggestion", "needs-review-translation mt-suggestion", True, True),
        ("okapi", "needs-review-translation mt-suggestion", "needs-review-translation mt-suggestion", True, True),
        ("omegat", "needs-review-translation mt-suggestion", "needs-review-translation mt-suggestion", True, True),
        ("weblate", "needs-review-translation mt-suggestion", "needs-translation mt-suggestion", True, True),
        ("smartcat", "needs-review-translation leveraged-mt", "needs-review-translation leveraged-mt", True, False),
        ("plain", "", "", False, False),
        ("xcode", "", "", False, False),
    ],
)
def test_plain_xliff(
    tmp_path: Path, profile: str | None, agreed: str, divergent: str, note: bool, alternatives: bool
) -> None:
    for status, said in ((Status.AGREED, agreed), (Status.DIVERGENT, divergent), (Status.UNDECIDED, divergent)):
        state, _, qualifier = said.partition(" ")
        attributes = f' state="{state}" state-qualifier="{qualifier}"' if said else ""
        content = written(tmp_path, profile, status=status)
        assert f"<target{attributes}>B</target>" in content
        assert ('<note from="mtqa"' in content) is note
        assert ('<alt-trans origin="mtqa:e" match-quality="60">' in content) is alternatives


@pytest.mark.parametrize("profile", ["plain", "xcode"])
def test_a_sparing_profile_says_only_what_the_file_says_elsewhere(tmp_path: Path, profile: str) -> None:
    theirs = '<target state="new">x</target><note/><note>n</note>'
    content = written(tmp_path, profile, UNIT.format(theirs), Status.DIVERGENT)
    assert '<target state="needs-review-translation">B</target>' in content
    assert content.count('<note from="mtqa"') == 1
    qualified = UNIT.format('<target state="final-ish" state-qualifier="exact-match">x</target>')
    assert 'state="needs-review-translation" state-qualifier="mt-suggestion">B' in written(tmp_path, profile, qualified)


def test_a_target_of_several_segments_says_what_needs_most_attention(tmp_path: Path) -> None:
    marks = '<mrk mtype="seg" mid="1">A</mrk><mrk mtype="seg" mid="2">B</mrk>'
    unit = UNIT.replace("A", "AB").format(f"<seg-source>{marks}</seg-source>")
    file = Sample(tmp_path, "xliff1", XLIFF12.format(unit), profile="weblate")
    assert 'state="needs-translation"' in file.rewritten({1: edit("X"), 2: edit("Y", status=Status.DIVERGENT)})


@pytest.mark.parametrize("configured", ["pt-BR", "zh_Hans", None])
@pytest.mark.parametrize("original", ["", ' target-language=""'])
def test_xcode_gets_the_configured_target_language_once_a_file(
    tmp_path: Path, configured: str | None, original: str
) -> None:
    unit = UNIT.format("")
    content = XLIFF12.format(unit * 2).replace(' target-language="de"', original)
    content = content.replace("</xliff>", content[content.index("<file") : content.index("</xliff>")] + "</xliff>")
    file = Sample(tmp_path, "xliff1", content, configured, "xcode")
    once = file.rewritten({1: edit("X"), 2: edit("Y"), 4: edit("Z")})
    assert once.count(f'target-language="{configured}"') == (2 if configured else 0)
    assert file.rewritten({1: edit("X"), 2: edit("Y"), 4: edit("Z")}) == once
    other = Sample(tmp_path, "xliff1", content, configured, "generic")
    assert "target-language" not in other.rewritten({1: edit("X")}).replace(original, "")


@pytest.mark.parametrize(
    ("profile", "notes", "state", "expected"),
    [
        (None, "", "", ' state="initial" subState="mtqa:{}"'),
        ("weblate", "", "", ' state="{}" subState="mtqa:{}"'),
        ("plain", "", "", ""),
        ("plain", "", ' state="translated"', ' state="initial"'),
        (
            "plain",
            "<notes><note>n</note></notes>",
            ' state="translated" subState="x:y"',
            ' state="initial" subState="mtqa:{}"',
        ),
    ],
)
def test_xliff_2(tmp_path: Path, profile: str | None, notes: str, state: str, expected: str) -> None:
    for status, word in ((Status.AGREED, "translated"), (Status.DIVERGENT, "initial")):
        file = Sample(tmp_path, "xliff2", XLIFF20.format(UNIT2.format(notes, state)), profile=profile)
        change = {1: edit("B", status=status, remark="r", alternatives=(("e", Text("C"), 60),))}
        once = file.rewritten(change)
        said = expected.format(*([word, status] if profile == "weblate" else [status]))
        assert f"{said}>" in once
        assert ("mtc:matches" in once) is (profile != "plain")
        assert ('category="mtqa"' in once) is (profile != "plain" or bool(notes))
        assert file.rewritten(change) == once


def test_angular_2_files_are_written_sparingly(tmp_path: Path) -> None:
    content = XLIFF20.format(UNIT2.format("", "")).replace('<file id="f1"', '<file id="ngi18n" original="ng.template"')
    once = Sample(tmp_path, "xliff2", content).rewritten({1: RESULT})
    assert once == content.replace("</source>", "</source><target>B</target>")


@pytest.mark.parametrize("kind", ["xliff1", "xliff2", "tmx"])
def test_an_unknown_profile_names_the_nearest(tmp_path: Path, kind: str) -> None:
    content = {
        "xliff1": XLIFF12.format(UNIT.format("")),
        "xliff2": XLIFF20.format(UNIT2.format("", "")),
        "tmx": TMX14.format('<tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>'),
    }[kind]
    with pytest.raises(ConfigError, match="'weblat' is not a profile; use one that is: weblate"):
        Sample(tmp_path, kind, content, "de", "weblat").written({1: edit("B")})
    with pytest.raises(ConfigError, match="generic, plain, xcode, weblate"):
        Sample(tmp_path, kind, content, "de", "?").written({1: edit("B")})
    for profile in ("trados", "memoq", "phrase"):
        with pytest.raises(FormatError, match=f"'{profile}' does not fit"):
            Sample(tmp_path, kind, content, "de", profile).written({1: edit("B")})
    assert b"B</" in Sample(tmp_path, kind, content, "de", "okapi").written({1: edit("B")})


@pytest.mark.parametrize("profile", [name for name, profile in PROFILES.items() if profile.agreed])
def test_nobody_but_a_person_approves(tmp_path: Path, profile: str) -> None:
    for status in Status:
        content = written(tmp_path, profile, UNIT.format('<target state="translated">x</target>'), status)
        assert not any(word in content for word in NEVER)
