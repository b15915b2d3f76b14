"""A reader of HTML pages for tests: tags, attributes and words, and what makes a page self-contained."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser

NASTY = "operator<<\"a\"&'b'</script><script>alert(1)</script>\x01"
"""A name with all that markup must escape."""


class Page(HTMLParser):
    """Tags, attributes and text of a page; an element that is closed out of turn is an error."""

    EMPTY = frozenset(("meta", "input"))
    SILENT = frozenset(("script", "style"))

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
        if not self._open or self._open[-1] not in self.SILENT:
            self.words += data


def assert_self_contained(text: str) -> Page:
    """Nothing from elsewhere, and no script but the page's own, which its policy names by its hash."""
    page = Page(text)
    scripts = re.findall(r"<script(?P<kind>[^>]*)>(.*?)</script>", text, re.DOTALL | re.IGNORECASE)
    own = [script for kind, script in scripts if kind != ' type="application/json" id="data"']
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in own]
    policies = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"/>', text)

    assert page.tags.count("script") == len(scripts)
    assert len(own) <= 1
    assert len(policies) == 1
    rules = dict(rule.strip().split(" ", 1) for rule in unescape(policies[0]).split(";"))
    assert (rules["default-src"], rules["base-uri"]) == ("'none'", "'none'")
    assert rules["script-src"] == "".join(hashes or ["'none'"])
    assert not {"link", "img", "iframe", "object", "base"} & set(page.tags)
    assert not [value for name, value in page.attributes if name == "src" or name.startswith("on")]
    links = [value or "" for name, value in page.attributes if name == "href"]
    assert [
        link for link in links if not re.fullmatch(r"#[\w-]+|(functions/)?[\w-]+\.html|\.\./index\.html", link)
    ] == []
    assert not re.search(r"url\(|@import", text)
    return page
