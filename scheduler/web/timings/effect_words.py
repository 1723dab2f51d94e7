"""What is counted of an effect on everybody, in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

from scheduler.web.words import Word

#: in the order in which they are read
COUNTED: Final[Mapping[str, Word]] = {
    "patients": gettext_lazy("Patients with something to come"),
    "changed": gettext_lazy("Patients for whom times or messages change"),
    "moves": gettext_lazy("Messages that move"),
    "appears": gettext_lazy("Messages that appear"),
    "vanishes": gettext_lazy("Messages that vanish"),
    "reworded": gettext_lazy("Messages that go when they did, in other words"),
    "changes": gettext_lazy("Messages that carry other things, or may leave longer or shorter"),
    "returns": gettext_lazy("Messages that go after all"),
    "folded": gettext_lazy("Messages that become part of another"),
    "superseded": gettext_lazy("Messages that give way to another treatment"),
    "gone": gettext_lazy("Messages that went already and stay as they were"),
    "corrected": gettext_lazy("Patients who were told another date and get a text that corrects it"),
    "left": gettext_lazy("Treatments that keep their edition: the new one asks what nobody answered"),
    "unreadable": gettext_lazy("Patients whose rows cannot be read: their plans stay as they are"),
}
#: these stand there even where they are none
ALWAYS: Final = ("patients", "moves", "appears", "vanishes", "reworded", "gone", "corrected")


def rows(counts: Mapping[str, int]) -> list[tuple[str, Word, int]]:
    return [
        (name, words, counts.get(name, 0))
        for name, words in COUNTED.items()
        if counts.get(name) or name in ALWAYS
    ]
