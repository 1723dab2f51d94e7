"""`aftercare edition`: a clinic's timings and texts from the command line."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from rich.console import Console

from scheduler.cli import main
from scheduler.editions import current_edition, find_draft
from scheduler.management.base import Failure, WrongInput
from scheduler.management.edition_output import show
from scheduler.models import Clinic, Event
from tests.enrolment.clinics import PROTOCOL, bare_clinic, edition_of, ready_clinic

pytestmark = pytest.mark.django_db
SIGNED = ("--reason", "Longer wear.", "--approved-by", "Dr Example")


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ready_clinic()


def edition(action: str, *words: str, clinic: str = "leafy", protocol: str = PROTOCOL) -> str:
    out = StringIO()
    call_command("edition", action, "--clinic", clinic, "--protocol", protocol, *words, stdout=out)
    return out.getvalue()


def test_a_draft_is_begun_and_shown(clinic: Clinic) -> None:
    began = "Begun with edition 1; revision 1.\nNothing differs between edition 1 and draft (revision 1).\n"
    assert edition("draft") == began
    edition("set", "morning=10:00")
    assert edition("draft").splitlines() == [
        "Draft with edition 1; revision 2.",
        "edition 1 -> draft (revision 2)",
        "morning\tMorning\t09:00\t10:00\tclinic",
        "What the draft does to everybody enrolled: `aftercare edition diff`.",
    ]


def test_it_is_changed_checked_and_published(clinic: Clinic) -> None:
    edition("draft")
    words = ("continuous_wear=2d", "messages.day-5=off", "--why", "continuous_wear=Our study, 2026.")
    assert edition("set", *words) == "The draft is at revision 2.\n"
    checked = edition("check").splitlines()
    assert checked[0].startswith("warning\tcontinuous_wear\t")
    assert any(line.startswith("area=large\tclot-signs\t") for line in checked)
    heading = next(n for n, line in enumerate(checked) if line.startswith("Sample, not a patient: "))
    assert checked[heading + 1].startswith("area=small\twelcome\t")
    assert edition("publish", *SIGNED) == "Published as edition 2, for patients enrolled from now on.\n"
    made = current_edition(clinic, PROTOCOL)
    assert (made.published_by, made.reasons) == ("command line", {"continuous_wear": "Our study, 2026."})


def test_an_operator_is_told_apart_in_the_events(clinic: Clinic) -> None:
    edition("draft")
    edition("set", "morning=10:00")
    told = Event.objects.for_clinic(clinic).filter(kind__startswith="draft-")
    assert set(told.values_list("actor", flat=True)) == {"command line"}


def test_a_value_is_taken_back(clinic: Clinic) -> None:
    edition("draft")
    edition("set", "morning=10:00", "lines.bruising.sms=A week = 7 days.")
    assert find_draft(clinic, PROTOCOL).settings["lines.bruising.sms"] == "A week = 7 days."
    edition("set", "--unset", "morning", "lines.bruising.sms=")
    assert find_draft(clinic, PROTOCOL).settings == {"no_flying": "14d"}


def test_what_changes_nothing_says_so(clinic: Clinic) -> None:
    edition("draft")
    assert edition("set", "no_flying=14d") == "Nothing was different, so nothing was changed.\n"
    with pytest.raises(Failure, match=r"Nothing differs from edition 1\."):
        edition("publish", *SIGNED)


def test_a_draft_is_renewed_and_discarded(clinic: Clinic) -> None:
    edition("draft")
    edition("set", "morning=10:00", "no_flying=20d")
    edition_of(clinic, {"no_flying": "21d"})
    shown = edition("draft", "--renew").splitlines()
    assert shown[:2] == [
        "no_flying was changed on both sides; the draft's stays.",
        "Draft with edition 2; revision 3.",
    ]
    assert edition("draft", "--discard") == "The draft is discarded.\n"
    assert find_draft(clinic, PROTOCOL) is None


def test_the_history_has_every_edition(clinic: Clinic) -> None:
    edition_of(clinic, {"no_flying": "21d"})
    lines = edition("history").splitlines()
    assert [line.split("\t")[0] for line in lines] == ["2", "1"]
    told = json.loads(edition("history", "--format", "json"))
    assert [(one["number"], one["settings"]) for one in told] == [
        (2, {"no_flying": "21d"}),
        (1, {"no_flying": "14d"}),
    ]
    assert set(told[0]) == {
        "number", "published_at", "published_by", "approved_by", "reason", "episodes", "settings", "reasons",
    }  # fmt: skip


def test_two_editions_are_compared(clinic: Clinic) -> None:
    edition_of(clinic, {"no_flying": "21d"})
    assert edition("compare", "1", "2").splitlines()[1] == "no_flying\tNo flying\t14d\t21d\tclinic"
    told = json.loads(edition("compare", "2", "1", "--format", "json"))
    assert told["changes"][0] == {
        "name": "no_flying",
        "label": "No flying",
        "before": "21d",
        "after": "14d",
        "source": "clinic",
    }


def test_the_check_as_json_has_faults_warnings_and_samples(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    edition("draft")
    edition("set", "lines.waxing.sms=No wax tonight.", "morning=09:00")
    out = StringIO()
    with pytest.raises(Failure, match="faults: 1"):
        call_command(
            "edition", "check", "--clinic=leafy", f"--protocol={PROTOCOL}", "--format=json", stdout=out
        )
    told = json.loads(out.getvalue())
    assert (told["revision"], told["base"]) == (2, 1)
    assert [(one["name"], one["code"]) for one in told["faults"]] == [("lines.waxing.sms", "relative-day")]
    assert ("morning", "changes-nothing") in [(one["name"], one["code"]) for one in told["warnings"]]
    assert [one["answers"] for one in told["samples"]] == [{"area": "small"}, {"area": "large"}]
    assert told["samples"][0]["reminders"][0]["sms"].startswith("Twenty letters clini:")


def test_an_older_one_is_restored_and_copied(clinic: Clinic) -> None:
    sandy = ready_clinic(slug="sandy")
    Clinic.objects.filter(pk=sandy.pk).update(name="Sandy Clinic", sms_name="Sandy")
    edition_of(
        clinic, {"no_flying": "21d", "lines.flying.sms": "Leafy Clinic: no flying to {no-flying.date}."}
    )
    assert edition("restore", "1") == "A draft with edition 1; revision 1.\n"
    assert edition("copy", "--to", "sandy").splitlines() == [
        "Left out: lines.flying.sms. It names Leafy Clinic; write {clinic} instead.",
        "A draft at Sandy Clinic with edition 2 of Leafy Vein Clinic.",
    ]
    assert find_draft(sandy, PROTOCOL).settings == {"no_flying": "14d"}, "that is its own to say"


WRONG = [
    ("set", ("morning=9",), "morning: '9' is not a time of day"),
    ("set", ("morning",), "set morning: write NAME=VALUE"),
    ("set", ("morning=09:00", "morning=10:00"), "each name once"),
    ("set", (), "give NAME=VALUE"),
    ("set", ("--unset", "evening"), "--unset evening: it is not set"),
    ("set", ("no_flying=omit", "--unset", "no_flying"), "it is set as well"),
    ("set", ("messages.clot-signs=off",), "critical message cannot be switched off"),
    ("set", ("--why", "no_heat=because"), "no_heat is not set, so it needs no reason"),
    ("set", ("--why", "because"), "--why because: write NAME=VALUE"),
    ("publish", ("--reason", " ", "--approved-by", "Dr E"), "Give a reason"),
    ("publish", ("--reason", "x", "--approved-by", " "), "Name the clinician"),
    ("compare", ("1", "7"), "There is no edition 7; there are: 1"),
    ("restore", ("7",), "There is no edition 7"),
    ("copy", ("--to", "leafy"), "to another clinic"),
    ("copy", ("--to", "nobody"), "--to: there is no clinic 'nobody'"),
    ("copy", ("--to", "leafy", "--edition", "7"), "There is no edition 7"),
]


@pytest.mark.parametrize(("action", "words", "line"), WRONG)
def test_wrong_input_is_named_and_changes_nothing(
    clinic: Clinic, action: str, words: tuple[str, ...], line: str
) -> None:
    edition("draft")
    with pytest.raises(WrongInput, match=line):
        edition(action, *words)
    assert find_draft(clinic, PROTOCOL).revision == 1


@pytest.mark.parametrize(
    ("action", "words", "line"),
    [
        ("set", ("morning=10:00",), "There is no draft; begin one first"),
        ("check", (), "There is no draft"),
        ("publish", SIGNED, "There is no draft"),
        ("draft", ("--discard",), "There is no draft"),
        ("draft", ("--renew",), "There is no draft"),
        ("compare", (), "There is no draft"),
        ("restore", ("1",), "is the current one"),
    ],
)
def test_what_cannot_be_done_is_a_failure(
    clinic: Clinic, action: str, words: tuple[str, ...], line: str
) -> None:
    with pytest.raises(Failure, match=line):
        edition(action, *words)


@pytest.mark.parametrize("action", ["set", "publish"])
def test_a_draft_that_is_no_longer_as_it_was_seen_is_left_alone(clinic: Clinic, action: str) -> None:
    edition("draft")
    edition("set", "morning=10:00")
    words = ("evening=17:00",) if action == "set" else SIGNED
    with pytest.raises(Failure, match="command line set morning to 10:00"):
        edition(action, *words, "--revision", "1")
    assert edition(action, *words, "--revision", "2")


def test_a_clinic_without_an_edition_has_nothing_to_copy_or_tell() -> None:
    bare_clinic()
    assert edition("history") == "There is no edition yet.\n"
    with pytest.raises(Failure, match="has no edition yet"):
        edition("copy", "--to", "leafy")


@pytest.mark.parametrize(
    ("clinic", "protocol", "line"),
    [
        ("nobody", PROTOCOL, "--clinic: there is no clinic"),
        ("leafy", "x", "--protocol: There is no protocol 'x'"),
    ],
)
@pytest.mark.parametrize("action", ["draft", "check", "history", "compare"])
def test_an_unknown_clinic_or_protocol_is_named(action: str, clinic: str, protocol: str, line: str) -> None:
    ready_clinic()
    with pytest.raises(WrongInput, match=line):
        edition(action, clinic=clinic, protocol=protocol)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "code", "lines"),
    [
        ("edition", 2, 1),
        ("edition nothing", 2, 1),
        ("edition draft", 2, 1),
        (f"edition publish --clinic leafy --protocol {PROTOCOL}", 2, 1),
        (f"edition restore one --clinic leafy --protocol {PROTOCOL}", 2, 1),
        (f"edition draft --renew --discard --clinic leafy --protocol {PROTOCOL}", 2, 1),
        (f"edition set a=b c=d --clinic leafy --protocol {PROTOCOL}", 2, 2),
        (f"edition check --clinic sandy --protocol {PROTOCOL}", 1, 1),
        (f"edition draft --clinic leafy --protocol {PROTOCOL}", 0, 0),
    ],
)
def test_it_ends_with_its_code_and_clear_lines(
    words: str, code: int, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ready_clinic(slug="sandy")
    ready_clinic()
    if "set" in words:
        edition("draft")
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    said = capsys.readouterr().err
    assert (ended.value.code, len(said.splitlines())) == (code, lines), said
    assert "Traceback" not in said


def test_in_a_terminal_it_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "is_terminal", True)
    out = StringIO()
    show(out, ("Setting", "What"), [("lines.a.sms", "[bold]stays[/bold]")])
    assert "lines.a.sms" in out.getvalue()
    assert "[bold]stays[/bold]" in out.getvalue()
    assert "\u2502" in out.getvalue()
