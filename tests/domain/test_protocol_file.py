"""`aftercare check`: every fault of a broken file, with its line and column."""

import json
from pathlib import Path

import pytest

from scheduler.domain.protocol_file import ProtocolFaults, faults, load, read

GOOD = Path(__file__).with_name("made_up.yaml").read_text()


def found(text: str) -> list[str]:
    return [f"{fault.line}:{fault.column} {fault.sentence}" for fault in read(text.encode())[1]]


def changed(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def test_a_good_file_has_no_faults() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("when: {during: in-shade}", "when: {during: in-shadow}", "23:51 there is no phase 'in-shadow'"),
        ("each_day_of: [with-hat]", "each_day_of: [no-hat]", "there is no phase 'no-hat'"),
        ("end_of: in-shade", "end_of: nowhere", "there is no phase 'nowhere'"),
        ("starts_after: in-shade", "starts_after: never", "there is no phase 'never'"),
        ("Hat to {with-hat.date}", "Hat to {with-hat.day}", "24:9 there is no placeholder {with-hat.day}"),
        ("Shade to {in-shade.end}", "Shade to {then}", "there is no placeholder {then}"),
        ("subject: Hello", 'subject: "{name}"', "there is no placeholder {name}"),
        ("{during: with-hat}, statements: [M02]", "{during: with-hat}", "24:3 a line needs the statements"),
        ("statements: [M03]}\nlines", "statements: [M04]}\nlines", "there is no statement 'M04'"),
        ("statements: [M03]}\nlines", "statements: [M00]}\nlines", "'M00' is a heading"),
        (
            "  M03: {says: Dizzy people call}",
            "  M03: {says: Dizzy people call}\n  M05: {says: Lost}",
            "'M05' is said nowhere",
        ),
        ("ends: {after: shade}", "ends: {after: shadow}", "there is no value 'shadow'"),
        ("ends: {after: shade}", "ends: {after: shade, with_day: [hat]}", "give one of `after`"),
        ("ends: {after: shade}, ", "", "'in-shade' has no end that this could start after"),
        ("by: skin", "by: hair", "there is no question 'hair'"),
        ("{pale: 2d, dark: 1d}", "{pale: 2d}", "needs one for each of: pale, dark"),
        ("length: 3d", "length: 3 days", "is not a length"),
        ("length: 3d", "length: 3d, set_by_clinic: true", "give one of `length`"),
        ('noon: "12:00"', "noon: 12:00", "write it in quotes"),
        ('from: "09:00", until: "17:00"', 'from: "17:00", until: "09:00"', "`until` must be later"),
        ("time: noon, next_day", "time: dusk, next_day", "there is no time 'dusk'"),
        ("from_day: 3, time: noon", "from_day: 3", "`time` is missing"),
        (
            "at: {enrolment: true}, send_by: {after_treatment: 12h}",
            "at: {day: 1, time: noon}, send_by: {}",
            "for the welcome",
        ),
        ("at: {end_of", "at: {day: 1, end_of", "give one of `enrolment`"),
        ("kind: catch-up", "kind: welcome", "there must be one message of the kind"),
        ("lines: [shade]", "lines: [shed]", "there is no line 'shed'"),
        ("lines: [shade, hat]", "if_room: [hut], lines: [shade, hat]", "'hut' is not among the lines"),
        (
            "  hat: {sms",
            '  cap: {sms: "Cap.", statements: [M02]}\n  hat: {sms',
            "no message says the line 'cap'",
        ),
        ("Hat to {with-hat.date}", "Hat to {{with-hat.date}}", "a brace stands alone"),
        ("Hat to {with-hat.date}", "Hat to {with-hat.date", "a brace stands alone"),
        ("from_day: 3", "from_day: 999999999", "`from_day`: Input should be less than or equal to 366"),
        ("send_by: {days_later: 1}", "send_by: {days_later: 9999999}", "`days_later`: Input should be"),
        ("subject: Hello", f"subject: {'x' * 200}", "`subject`: String should have at most 120"),
        ("  again: {", f"  {'again' * 8}: {{", "String should have at most 28"),
        ("Dizzy: call {phone}", "Dizzy: call", "must name the urgent number"),
        ("Dizzy: call", "Dizzy \u2013 call", "not in the GSM 7-bit alphabet"),
        ('sms: "Hat to {with-hat.date}.", ', "", "a line needs a text"),
        ("title: Moon bath", "title: Moon bath\ncolour: blue", "4:1 `colour` is not known here"),
        ("title: Moon bath\n", "", "`title` is missing"),
        (
            "kind: do, scope: body, label: Shade",
            "kind: may, scope: body, label: Shade",
            "`kind`: Input should be",
        ),
        ("id: moon-bath", "id: Moon Bath", "2:1 `id`: String should match"),
    ],
)
def test_it_names_the_fault_and_its_place(old: str, new: str, fault: str) -> None:
    said = found(changed(old, new))
    assert any(fault in sentence for sentence in said), said


def test_it_names_a_cycle() -> None:
    broken = changed("label: Shade, ends", "label: Shade, starts_after: with-hat, ends")
    assert "18:51 a cycle: in-shade after with-hat after in-shade" in found(broken)


def test_it_names_an_id_that_stands_twice() -> None:
    broken = changed("lines:\n", 'lines:\n  shade: {sms: "Again.", statements: [M01]}\n')
    assert "24:3 'shade' stands here twice; an id is used once" in found(broken)


def test_it_names_every_fault_at_once() -> None:
    """A malformed part does not hide what is wrong in the others."""
    broken = changed("length: 3d", "length: soon").replace('{phone}.", email', '{fone}.", email', 1)
    broken = broken.replace("during: with-hat", "during: with-cap").replace("lines: [shade]", "lines: [shed]")
    said = "\n".join(found(broken))
    for fault in ("'soon' is not a length", "{fone}", "no phase 'with-cap'", "no line 'shed'"):
        assert fault in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a protocol is a mapping"),
        (b"- a\n- b\n", "a protocol is a mapping"),
        (b"id: [1, 2\n", "this is not YAML"),
        (b"id: \xff\xfe", "not UTF-8"),
        (b"id: !!python/object:os.system x", "this is not YAML"),
        (b"[" * 5000, "this is not YAML"),
        (b"id: 2026-99-99\n", "YAML cannot read"),
        (b"id: !!bool x\n", "YAML cannot read"),
        (b"id: !!timestamp abc\n", "YAML cannot read"),
        (b"id: " + b"9" * 6000 + b"\n", "YAML cannot read"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "aliases are not read"),
        (b"id: x\n? [a, b]\n: 1\n", "this is not YAML"),
        (b"phases: 3\nlines: []\n", "missing"),
    ],
)
def test_what_is_no_protocol_at_all_is_said_in_words(content: bytes, sentence: str) -> None:
    assert sentence in " ".join(fault.sentence for fault in read(content)[1])


def test_loading_a_broken_file_says_all(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(changed("length: 3d", "length: soon"))
    with pytest.raises(ProtocolFaults, match=r"broken.yaml:14:\d+: .*'soon' is not a length"):
        load(path)
    assert len(faults(path)) == 1


NOTICE = {
    "subject": "A word for you",
    "sms": "Read it: see the link.",
    "email": "Read it: {link}",
    "sms_without_link": "Call {phone}.",
    "email_without_link": "Call {phone}.",
}


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("sms", "Hat to {with-hat.date}", "{with-hat.date} would tell of the treatment"),
        ("subject", "For {due_date}", "{due_date} would tell of the treatment"),
        ("sms", "Read it \u2026", "is not in the GSM 7-bit alphabet"),
        ("email", "Read it.", "it must name the page on which everything stands: {link}"),
        ("sms_without_link", "Call us.", "it must name the number to call: {phone}"),
        ("email_without_link", "Call {phone} or see {link}.", "{phone}, and not {link}"),
        ("sms", "Read it. " * 30, "it takes 3 segments at its longest, and a message has room for 2"),
    ],
)
def test_a_text_that_must_tell_nothing_is_held_to_that(field: str, text: str, fault: str) -> None:
    words = json.dumps(NOTICE | {field: text}, ensure_ascii=False)
    found = read(f"{GOOD}\nminimal: {{reminder: {words}}}\n".encode())[1]
    assert [fault in one.sentence for one in found] == [True]
