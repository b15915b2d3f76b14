"""A reader of HTML pages for tests: tags, attributes and words, and what makes a page self-contained."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NASTY = "operator<<\"a\"&'b'</script><script>alert(1)</script>\x01"
"""A name with all that markup must escape."""


class Page(HTMLParser):
    """Tags, attributes and text of a page; an element that is closed out of turn is an error."""

    EMPTY = frozenset(("meta",))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_self_contained(text: str) -> Page:
    page = Page(text)
    assert "script" not in page.tags
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert not re.search(r"url\(|@import", text)
    return page
