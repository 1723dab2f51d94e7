"""How much a treatment's texts say, and how many there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from scheduler.changes.loaded import Loaded
from scheduler.changes.refused import Refused
from scheduler.changes.wanted import Wanted
from scheduler.domain.wording import MINIMAL
from scheduler.enrolment import reading
from scheduler.enrolment.checking import Typed


@dataclass(frozen=True)
class ChangeTexts:
    """What is None stays. `detail`: "full", "minimal" or "" (as the clinic has it); `fewer`: yes or no."""

    kind: ClassVar[str] = "texts-changed"
    detail: str | None = None
    fewer: str | None = None

    def read(self, loaded: Loaded) -> Wanted:
        typed, wanted = Typed({}), dict[str, Any]()
        if self.detail is not None:
            wanted["detail"] = typed.read("detail", reading.read_detail, self.detail)
        if self.fewer is not None:
            wanted["fewer_texts"] = typed.read("fewer_texts", reading.read_yes, self.fewer)
        if typed.faults:
            raise Refused("wrong-input", typed.faults)
        return Wanted(episode=wanted, warnings=tuple(_without_page(loaded, wanted)))


def _without_page(loaded: Loaded, wanted: Mapping[str, Any]) -> Iterator[str]:
    """A text that says only that there is one needs the page that says the rest."""
    brief = (wanted.get("detail") or loaded.clinic.detail) == MINIMAL
    if "detail" in wanted and brief and loaded.patient.page_revoked_at:
        yield _(
            "The link to the patient's page is revoked: until it is renewed, texts ask the patient to call."
        )
