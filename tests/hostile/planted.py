"""What is planted in hostile repositories, and must be found nowhere else afterwards."""

from __future__ import annotations

# What would act if it came through unescaped: an element, a link, a formula, a terminal's title and
# colour, an override of the reading direction, a template.
TAG = "<hostile-tag onload=alert(1)>"
LINK = "https://evil.example/steal"
MARKDOWN = f"[click]({LINK}) ![x]({LINK})"
FORMULA = "=HYPERLINK(1)"
ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b31m\u202e\u200b\ufeff"
TEMPLATE = "{{ 7*7 }}{% include 'x' %}"
ALL = f"{FORMULA}{TAG}{MARKDOWN}{TEMPLATE}{ESCAPES}"

# Stands in files outside the repository that its links, settings and parsers are led to.
NEIGHBOUR = "NEIGHBOUR-2f1c9a77"

# A password in source: may be found, never copied.
SECRET = "gT7xQ2vLp9ZrW4nKb8Ys"
