"""The page's language, as its html element names it."""

from django import template
from django.utils.translation import get_language, to_locale

register = template.Library()


@register.simple_tag
def language_tag() -> str:
    """en-GB, as BCP 47 writes what Django calls en-gb."""
    return to_locale(get_language() or "").replace("_", "-")
