"""`aftercare check`, as whoever writes a protocol calls it."""

from pathlib import Path

import pytest

from tests.support.aftercare import PROJECT, aftercare

LEAFLET = PROJECT / "schedules" / "microsclerotherapy.yaml"


@pytest.mark.parametrize("path", sorted((PROJECT / "schedules").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_protocol_that_ships_has_no_faults(tmp_path: Path, path: Path) -> None:
    done = aftercare(tmp_path, "check", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no faults" in done.stdout


def test_it_names_every_fault_with_line_and_column(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = LEAFLET.read_text()
    text = text.replace("when: {during: elevation}", "when: {during: levitation}")
    text = text.replace("No waxing to {no-waxing.date}.", "No waxing to {the-end}.")
    text = text.replace("starts_after: compression-continuous,", "starts_after: compression-daytime,")
    text = text.replace("\nlines:\n", '\nlines:\n  bare: {sms: "Hello."}\n  bare: {sms: "Hello again."}\n')
    broken.write_text(text)
    done = aftercare(tmp_path, "check", str(broken))
    assert (done.returncode, done.stdout) == (2, "")
    for fault in (
        "there is no phase 'levitation'",
        "there is no placeholder {the-end}",
        "a cycle: compression-daytime after compression-daytime",
        "'bare' stands here twice",
        "a line needs the statements that it rests on",
    ):
        assert fault in done.stderr
    assert all(line.startswith(f"aftercare: {broken}:") for line in done.stderr.splitlines())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = aftercare(tmp_path, "check", "nowhere.yaml")
    assert (done.returncode, done.stderr) == (2, "aftercare: nowhere.yaml: No such file or directory\n")
