"""The one way in which wrong settings are told."""

from django.core.exceptions import ImproperlyConfigured


class SettingsFault(ImproperlyConfigured):
    """Wrong settings: one line each, with the name, what is wrong, and an example."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
