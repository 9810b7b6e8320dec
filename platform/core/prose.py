"""What people write as Markdown becomes a page: parsed without HTML, and cleaned again by an allow-list."""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "code", "blockquote", "hr", "br", "table", "thead",
    "tbody", "tr", "th", "td", "a",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}}
# Who types does not leave an empty line after a list; without one the next sentence would belong to its last point.
_AFTER_LIST = re.compile(r"^((?:[-*]|\d+\.)\s.*)\n(?!(?:[-*]|\d+\.)\s|\s|$)", re.MULTILINE)


def prose(text: str) -> SafeString:
    """HTML that holds words, lists, tables and links to the web: no scripts, styles, forms, pictures or frames."""
    cleaned = nh3.clean(
        _markdown.render(_AFTER_LIST.sub(r"\1\n\n", text)), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https", "http", "tel"},
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip
    return mark_safe(cleaned)  # noqa: S308 - cleaned in the line above
