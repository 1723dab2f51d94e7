"""The words of a page that people see or hear."""

from html.parser import HTMLParser

#: attributes that are read out or shown; the stylesheet shows data-head on narrow screens
SPOKEN = {"title", "placeholder", "aria-label", "alt", "data-head", "label"}
BUTTONS = {"submit", "button", "reset"}
SILENT = {"script", "style"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects them, without what stands in elements of the classes to pass over."""

    def __init__(self, passed_over: set[str]) -> None:
        super().__init__()
        self.passed_over, self.words = passed_over, list[str]()
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        within = bool(self._open) and self._open[-1][1]
        silent = within or tag in SILENT or bool(self.passed_over & set(given.get("class", "").split()))
        if not silent:
            self.words += [given[name] for name in SPOKEN & given.keys()]
            if tag == "input" and given.get("type") in BUTTONS:
                self.words.append(given.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        # Paragraphs and list items may be left open: they end with what they stand in.
        while any(tag == name for name, _ in self._open) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.words.append(data)


def visible(page: str, passed_over: set[str]) -> list[str]:
    """Every text on a page and in its attributes, in order, without empty ones."""
    reader = Reader(passed_over)
    reader.feed(page)
    reader.close()
    return [" ".join(text.split()) for text in reader.words if text.strip()]
