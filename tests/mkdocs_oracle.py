"""What the real MkDocs makes of configuration files: the oracle of tests/nav.rs.

Reads the path of one mkdocs.yml per line of standard input and answers each with one line of JSON:
{"error": "..."} or {"pages": {"okeps/a.md": "nav" | "excluded" | "draft" | "not_in_nav" | "omitted"},
"nav": [...]}, where "nav" is the navigation as nested [title, target or children].
Environment variables that fixtures name are expected to be unset.
"""

import json
import logging
import sys

logging.disable(logging.CRITICAL)

from mkdocs.config import load_config
from mkdocs.structure.files import InclusionLevel, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation

CLASSES = {
    InclusionLevel.EXCLUDED: "excluded",
    InclusionLevel.DRAFT: "draft",
    InclusionLevel.NOT_IN_NAV: "not_in_nav",
}


def outline(items):
    rows = []
    for item in items:
        if item.is_section:
            rows.append([str(item.title), outline(item.children)])
        elif item.is_link:
            rows.append([str(item.title), item.url])
        else:
            # The attribute would fall back to the page's heading: only what nav gave counts.
            given = item.__dict__.get("title")
            rows.append([None if given is None else str(given), item.file.src_uri])
    return rows


def pages_of(items):
    for item in items:
        if item.is_section:
            yield from pages_of(item.children)
        elif not item.is_link:
            yield item.file.src_uri


def judge(path):
    config = load_config(path)
    config = config.plugins.on_config(config)
    files = get_files(config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    nav = get_navigation(files, config)
    nav = config.plugins.on_nav(nav, config=config, files=files)
    shown = set(pages_of(nav.items))
    pages = {}
    for file in files:
        if file.is_documentation_page():
            uri = file.src_uri
            pages[uri] = CLASSES.get(file.inclusion) or "omitted"
            if uri in shown and pages[uri] not in ("excluded", "draft"):
                pages[uri] = "nav"
    return {"pages": pages, "nav": outline(nav.items)}


def main():
    for line in sys.stdin:
        try:
            answer = judge(line.rstrip("\n"))
        except BaseException as error:  # an Abort is no Exception
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
