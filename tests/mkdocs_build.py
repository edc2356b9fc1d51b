"""What `mkdocs build --strict` warns of: the oracle of tests/it/oracles/strict.rs.

Reads the path of one mkdocs.yml per line of standard input and answers each with one line of JSON: the warnings of
the build, or {"error": "..."} where there is none.
"""

import json
import logging
import sys
import tempfile

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort


class Collector(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def warnings(path):
    collector = Collector()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(collector)
    logger.propagate = False
    try:
        with tempfile.TemporaryDirectory() as site_dir:
            config = load_config(path, site_dir=site_dir, strict=True)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                build(config)
            except Abort:
                if not collector.messages:
                    raise
            config.plugins.on_shutdown()
        return collector.messages
    finally:
        logger.removeHandler(collector)


def main():
    for line in sys.stdin:
        try:
            answer = warnings(line.rstrip("\n"))
        except BaseException as error:  # an Abort is no Exception
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
