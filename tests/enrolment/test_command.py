"""`aftercare enrol` and `aftercare apikey`."""

from pathlib import Path

import pytest
from django.core.management import call_command
from time_machine import travel

from scheduler.api.keys import find_key
from scheduler.management.base import WrongInput
from scheduler.models import ApiKey, Clinic, Episode
from tests.enrolment.clinics import NOW, PROTOCOL, rows
from tests.support.aftercare import aftercare, installed

SAM = {
    "clinic": "leafy",
    "protocol": PROTOCOL,
    "name": "Sam Example",
    "mobile": "07700 900123",
    "treated": "2026-11-20T15:00",
    "answer": "area=small",
}


def run(capsys: pytest.CaptureFixture[str], *flags: str, **changes: str | None) -> str:
    words = [f"--{name}={value}" for name, value in (SAM | changes).items() if value is not None]
    with travel(NOW, tick=False):
        call_command("enrol", *words, *flags)
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_it_prints_the_episode_and_nothing_else(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, site="both")
    episode = Episode.objects.for_clinic(clinic).get()
    assert printed == f"{episode.pk}\n"
    assert (episode.channels, episode.site, episode.at_desk) == (["sms"], "both", False)
    assert episode.enrolled_by == "command line"


def test_it_takes_the_patients_wishes(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--fewer-texts", detail="minimal")
    episode = Episode.objects.for_clinic(clinic).get()
    assert (episode.detail, episode.fewer_texts) == ("minimal", True)


def test_it_prints_the_same_for_the_same(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == run(capsys, mobile="+447700900123", treated="2026-11-20T15:00Z")


@pytest.mark.parametrize(
    ("changes", "channels"),
    [
        ({"email": "sam@example.com"}, ["sms", "email"]),
        ({"email": "sam@example.com", "channel": "email, sms"}, ["email", "sms"]),
        ({"email": "sam@example.com", "mobile": None}, ["email"]),
        ({"email": "sam@example.com", "channel": "sms"}, ["sms"]),
    ],
)
def test_it_uses_the_addresses_that_it_is_given(
    clinic: Clinic,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str | None],
    channels: list[str],
) -> None:
    run(capsys, **changes)
    assert Episode.objects.for_clinic(clinic).get().channels == channels


def test_it_takes_confirmation_and_the_hour_that_came_twice(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "--confirm-late", "--fold=second", treated="2026-10-25T01:30")
    assert Episode.objects.for_clinic(clinic).get().treated_at.isoformat() == "2026-10-25T01:30:00+00:00"


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"clinic": "nowhere"}, ["--clinic: there is no clinic 'nowhere'; there are: leafy"]),
        ({"answer": "area"}, ["--answer area: write NAME=VALUE"]),
        ({"answer": "area=huge"}, ["--answer area: Choose one of: small, large."]),
        ({"mobile": None}, ["--channel: Choose at least one"]),
        ({"mobile": "1", "name": ""}, ["--name: Give", "--mobile: This is not"]),
        ({"treated": "2026-10-25T01:30"}, ["--fold: The clocks went back"]),
        ({"treated": "2026-11-01T01:30"}, ["--confirm-late: This treatment ended more than"]),
        ({"protocol": "microwaves"}, ["--protocol: There is no protocol"]),
    ],
)
def test_it_says_what_is_wrong_in_a_line_each(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], changes: dict[str, str | None], lines: list[str]
) -> None:
    before = rows()
    with pytest.raises(WrongInput) as wrong:
        run(capsys, **changes)
    said = str(wrong.value).splitlines()
    assert wrong.value.returncode == 2
    assert [line.startswith(start) for line, start in zip(said, lines, strict=True)] == [True] * len(lines)
    assert rows() == before


def again(capsys: pytest.CaptureFixture[str], *flags: str, **changes: str | None) -> str:
    """A second treatment of Sam, on the same day."""
    return run(capsys, *flags, **{"treated": "2026-11-20T15:20"} | changes)


def test_it_asks_for_the_patient_with_the_options_that_answer(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys)
    patient = Episode.objects.for_clinic(clinic).get().patient_id
    with pytest.raises(WrongInput) as wrong:
        again(capsys)
    assert str(wrong.value).startswith("--patient: A patient of this name")
    assert str(wrong.value).endswith(f"Say --patient {patient} or --patient new.")
    again(capsys, patient=str(patient))
    again(capsys, patient="new", treated="2026-11-20T15:10")
    treated = Episode.objects.for_clinic(clinic).order_by("pk").values_list("patient_id", flat=True)
    assert [pk == patient for pk in treated] == [True, True, False]


@pytest.mark.parametrize("odd", ["999999", "sam"])
def test_it_knows_no_other_patients(clinic: Clinic, capsys: pytest.CaptureFixture[str], odd: str) -> None:
    with pytest.raises(WrongInput, match=r"^--patient: This clinic has no such patient"):
        run(capsys, patient=odd)


def test_it_shows_what_enrolling_would_do(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)
    patient, before = str(Episode.objects.for_clinic(clinic).get().patient_id), rows()
    shown = again(capsys, "--preview", patient=patient)
    assert "Leafy Clinic: " in shown
    assert "What changes in the patient's running plan" in shown
    assert "nothing leaves this machine" in shown
    assert rows() == before
    assert "running plan" not in run(capsys, "--preview", name="Max Example")


def test_it_makes_a_key_and_revokes_it(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("apikey", "--clinic=leafy", "--name=booking system")
    key = capsys.readouterr().out.strip()
    assert find_key(key, NOW) is not None
    call_command("apikey", "--clinic=leafy", f"--revoke={key[:11]}")
    assert ApiKey.objects.for_clinic(clinic).get().revoked_at is not None
    with pytest.raises(WrongInput, match="no key"):
        call_command("apikey", "--clinic=leafy", f"--revoke={key[:11]}")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_it_makes_no_key_for_nobody(clinic: Clinic, name: str) -> None:
    with pytest.raises(WrongInput, match="which system uses the key"):
        call_command("apikey", "--clinic=leafy", f"--name={name}")
    assert not ApiKey.objects.for_clinic(clinic).exists()


def test_it_fails_as_a_command_should(tmp_path: Path) -> None:
    installed(tmp_path)
    words = [f"--{name}={value}" for name, value in SAM.items()]
    done = aftercare(tmp_path, "enrol", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "aftercare: --clinic: there is no clinic 'leafy'; there are: none yet\n"
