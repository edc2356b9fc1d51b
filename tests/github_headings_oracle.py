#!/usr/bin/env python3
"""Headings as GitHub makes them: those of cmark-gfm, with their lines.

Takes files or directories; prints JSON {path: [[line, level, text], ...]}. Written for cmarkgfm 2025.10.22.
Front matter is taken off first, as GitHub does: the block between `---` lines at the start of a page.
"""

import html
import json
import re
import sys
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

OPTIONS = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
EXTENSIONS = ["table", "strikethrough", "autolink", "tasklist"]
HEADING = re.compile(r'<h([1-6]) data-sourcepos="(\d+):[^"]*">(.*?)</h\1>', re.DOTALL)
FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def headings(path):
    source = path.read_bytes().decode("utf-8-sig", errors="replace")
    front = FRONT_MATTER.match(source)
    lines = source[: front.end()].count("\n") if front else 0
    body = source[front.end() :] if front else source
    shown = cmarkgfm.markdown_to_html_with_extensions(body, options=OPTIONS, extensions=EXTENSIONS)
    for level, line, text in HEADING.findall(shown):
        # A picture shows no words; raw HTML does not either.
        text = re.sub(r"<!--.*?-->|<[^>]*>", "", text, flags=re.DOTALL)
        yield [int(line) + lines, int(level), " ".join(html.unescape(text).split())]


def main():
    found = {}
    for argument in map(Path, sys.argv[1:]):
        files = sorted(argument.rglob("*.md")) if argument.is_dir() else [argument]
        for path in files:
            found[str(path)] = list(headings(path))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
