"""Makes the pages of the rules while MkDocs builds the site, so that none can go stale.

MkDocs loads this file by its path (`hooks` in mkdocs.yml) with this folder on the import path.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advice import read_advice
from rule_index import index_page
from rule_page import rule_page

from effilint.descriptions import describe
from effilint.rules import all_rules

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FOLKLORE = Path(__file__).with_name("folklore.md")


def pages() -> dict[str, str]:
    """Return the text of each generated page by its path in the docs folder."""
    advice = read_advice(FOLKLORE.read_text(encoding="utf-8"))
    rules = all_rules()
    told = {code: describe(rule) for code, rule in rules.items()}
    made = {f"rules/{code}.md": rule_page(rules[code], told[code], advice) for code in rules}
    return {"rules/index.md": index_page(list(told.values())), **made}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the site."""
    from mkdocs.structure.files import File

    for path, content in pages().items():
        files.append(File.generated(config, path, content=content))
    return files
