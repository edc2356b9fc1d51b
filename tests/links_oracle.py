"""What the real MkDocs warns of in links and anchors: the oracle of tests/links.rs.

Reads the path of one mkdocs.yml per line of standard input and answers each with one line of JSON:
{"error": "..."} or {"links": [[page, target], ...], "anchors": [[page, target], ...], "seen": pages,
"ids": {page: [id of each heading]}}. "anchors" are those of the page itself; they are validated as warnings.
"""

import json
import logging
import re
import sys

from mkdocs.config import load_config
from mkdocs.structure.files import get_files, set_exclusions
from mkdocs.structure.pages import Page

TOLD = re.compile(r"Doc file '(.*?)' contains an? (?:unrecognized relative |absolute )?link '(.*?)', (.*)", re.S)


class Told(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.links, self.anchors, self.odd = set(), set(), []

    def emit(self, record):
        found = TOLD.match(record.getMessage())
        if not found:
            self.odd.append(record.getMessage())
        elif "no such anchor on this page" in found[3]:
            self.anchors.add((found[1], found[2]))
        elif "does not contain an anchor" not in found[3]:
            self.links.add((found[1], found[2]))




def toc(items):
    for item in items:
        yield item.id
        yield from toc(item.children)


def judge(path):
    told = Told()
    log = logging.getLogger("mkdocs.structure.pages")
    log.setLevel(logging.INFO)
    log.addHandler(told)
    try:
        config = load_config(path)
        config.validation.anchors = logging.WARNING
        files = get_files(config)
        set_exclusions(files, config)
        for file in files.documentation_pages():
            page = Page(None, file, config)
            page.read_source(config)
            page.render(config, files)
        headings = {}
        for file in files.documentation_pages():
            file.page.validate_anchor_links(files=files, log_level=logging.WARNING)
            headings[file.src_uri] = list(toc(file.page.toc))
    finally:
        log.removeHandler(told)
    if told.odd:
        raise RuntimeError(told.odd[0])
    pages = len(headings)
    return {"links": sorted(told.links), "anchors": sorted(told.anchors), "seen": pages, "ids": headings}


def main():
    for line in sys.stdin:
        try:
            answer = judge(line.rstrip("\n"))
        except BaseException as error:  # an Abort is no Exception
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
