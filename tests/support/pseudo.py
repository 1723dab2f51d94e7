"""A language that nobody speaks, made here and shipped nowhere: plain letters in it are what was missed."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real

#: Django itself has it, so that a browser may ask for it
CODE = "eo"
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ODD = "áƀçđéƒğĥíĵķłḿñóþɋřšťúṽŵẋýžÁɃÇĐÉƑĞĤÍĴĶŁḾÑÓÞɊŘŠŤÚṼŴẊÝŽ"
#: what a translator leaves as it is: placeholders, tags and entities
KEPT = re.compile(r"(%\(\w+\)[a-z]|%[a-z%]|\{\w*\}|<[^>]*>|&#?\w+;)")
#: Django's letters for a date are no sentence, and neither are formats of its own
FORMATS = {"date format"}


def odd(text: str) -> str:
    """[Šáṽéđ.] for Saved."""
    parts = KEPT.split(text)
    return (
        f"[{''.join(part if number % 2 else part.translate(LETTERS) for number, part in enumerate(parts))}]"
    )


LETTERS = str.maketrans(PLAIN, ODD)


class Pseudo(gettext.NullTranslations):
    """Every message in brackets and odd letters."""

    def gettext(self, message: str) -> str:
        context, _, words = message.rpartition("\x04")
        return words if context in FORMATS else odd(words)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        return CODE


@contextmanager
def pseudo_language() -> Iterator[str]:
    """While it lasts, who asks for the language CODE gets it."""
    offered = [*settings.LANGUAGES, (CODE, "Pseudo")]
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(LANGUAGES=offered),
        translation.override(None),
    ):
        patch.setitem(trans_real._translations, CODE, Pseudo())
        yield CODE
