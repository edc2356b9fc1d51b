#!/usr/bin/env python3
"""Headings as Python-Markdown makes them, with the extensions the site enables.

Takes files or directories, and before them perhaps `--extensions NAME,NAME`: those that the site has on besides
MkDocs's own (default: those of OVN-Kubernetes). Prints JSON {path: [[level, text], ...]}. Written for MkDocs 1.6.1,
Markdown 3.11.3 and pymdown-extensions 13.1.
"""

import html
import json
import sys
from pathlib import Path

import markdown
from mkdocs.utils import meta

BUILT_IN = ["toc", "tables", "fenced_code"]
EXTENSIONS = [
    "admonition",
    "meta",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
    "pymdownx.emoji",
    "pymdownx.snippets",
]
FENCES = {"custom_fences": [{"name": "mermaid", "class": "mermaid"}]}
CONFIGS = {"pymdownx.superfences": FENCES}


def flatten(tokens):
    for token in tokens:
        yield [token["level"], " ".join(html.unescape(token["name"]).split())]
        yield from flatten(token["children"])


def headings(path, extensions=EXTENSIONS):
    # Text mode: MkDocs reads with universal newlines and drops a byte order mark.
    source = path.read_text(encoding="utf-8-sig", errors="strict")
    body, _ = meta.get_data(source)
    configs = {name: config for name, config in CONFIGS.items() if name in extensions}
    parser = markdown.Markdown(extensions=[*BUILT_IN, *extensions], extension_configs=configs)
    parser.convert(body)
    return list(flatten(parser.toc_tokens))


def main():
    arguments, extensions, found = sys.argv[1:], EXTENSIONS, {}
    if arguments[:1] == ["--extensions"]:
        extensions = [name for name in arguments[1].split(",") if name]
        arguments = arguments[2:]
    for argument in map(Path, arguments):
        files = sorted(argument.rglob("*.md")) if argument.is_dir() else [argument]
        for path in files:
            found[str(path)] = headings(path, extensions)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
