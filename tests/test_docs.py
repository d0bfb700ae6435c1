"""The site: one page for each rule, made from the rule, and links that lead somewhere.

Needs no MkDocs: the hook that makes the pages imports it only where it hands them over.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from effilint.analyzer import Rule
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.reporters.report import RULE_DOCS
from effilint.rules import all_rules

DOCS = Path(__file__).parents[1] / "docs"
HEADINGS = [
    "What it finds",
    "Why it is slow",
    "Measured gain",
    "Example",
    "Fix",
    "When not to",
    "On by default?",
    "Suppress and configure",
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    """The hook file, loaded by its path with its folder on the import path as MkDocs does."""
    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = sys.path[:]
    sys.path.insert(0, str(DOCS))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = path
    return module


@pytest.fixture(scope="module")
def pages(hooks: ModuleType) -> dict[str, str]:
    made: dict[str, str] = hooks.pages()
    return made


def test_every_rule_has_a_page_where_findings_link_to(pages: dict[str, str]) -> None:
    assert set(pages) == {"rules/index.md", *(f"rules/{code}.md" for code in all_rules())}
    config = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"site_url: {RULE_DOCS.removesuffix('rules/')}\n" in config
    assert "use_directory_urls: true" in config


@pytest.mark.parametrize("rule", all_rules().values(), ids=list(all_rules()))
def test_page_says_all_there_is_to_say(rule: Rule, pages: dict[str, str]) -> None:
    page = pages[f"rules/{rule.code}.md"]
    prose = FENCE.sub("", page)
    assert page.startswith(f"# {rule.code} {rule.name}\n")
    assert re.findall(r"^## (.+)$", prose, re.MULTILINE) == HEADINGS
    for size, ratio in rule.gain.measured.items():
        assert f"n={size:,}" in prose
        assert f"{ratio:,g}x" in prose
    assert f"*{rule.gain.tier}*" in prose
    assert page.count("```python\n") >= 2
    assert f"# noqa: {rule.code}" in prose
    words = " ".join((type(rule).__doc__ or "").split())
    assert all(word in page for word in words.split()), "nothing of the docstring is lost"


def test_index_lists_every_rule_under_its_behaviour(pages: dict[str, str]) -> None:
    sections = re.split(r"^## ", pages["rules/index.md"], flags=re.MULTILINE)[1:]
    assert [section.partition("\n")[0] for section in sections] == list(BEHAVIOURS)
    for section in sections:
        prefix = section.partition("\n")[0]
        listed = re.findall(r"^\| \[([A-Z0-9]+)\]", section, re.MULTILINE)
        assert listed == [code for code in all_rules() if code.startswith(prefix)]


def test_page_of_a_rule_that_others_contradict_has_their_figures(pages: dict[str, str]) -> None:
    page = pages["rules/API109.md"]
    assert "Other linters ask for the opposite" in page
    assert re.search(r"PLR1730.*n=10: [\d.]+x, n=1,000: [\d.]+x, .*folklore\.md#min-for", page)


def test_advice_of_others_names_rules_and_rows_that_exist(
    hooks: ModuleType, pages: dict[str, str]
) -> None:
    assert pages
    advice = sys.modules["advice"]
    rows = advice.read_advice((DOCS / "folklore.md").read_text(encoding="utf-8"))
    assert hooks.FOLKLORE == DOCS / "folklore.md"
    for table in (advice.OPPOSITE, advice.CLOSE):
        assert set(table) <= set(all_rules())
        assert {key for keys in table.values() for key in keys} <= set(rows)


def test_measured_advice_is_what_the_benchmark_measures(
    pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages
    monkeypatch.setattr(sys, "path", [str(DOCS.parent / "benchmarks"), *sys.path])
    folklore = importlib.import_module("folklore")
    keys = [pair.key for pair in (*folklore.LINTERS, *folklore.TIPS)]
    text = (DOCS / "folklore.md").read_text(encoding="utf-8")
    assert list(sys.modules["advice"].read_advice(text)) == keys
    assert len(set(keys)) == len(keys)


def test_links_lead_to_pages(pages: dict[str, str]) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    everything = written | pages
    broken = [
        (name, link)
        for name, text in everything.items()
        for link in LINK.findall(FENCE.sub("", text))
        if "://" not in link and not leads_somewhere(name, link, everything)
    ]
    assert broken == []


def leads_somewhere(name: str, link: str, pages: dict[str, str]) -> bool:
    """Whether a relative link on the page `name` names a page; MkDocs checks the anchors."""
    path = link.partition("#")[0]
    target = (Path("/", name).parent / path).resolve() if path else Path("/", name)
    return target.relative_to("/").as_posix() in pages


def test_pages_in_the_menu_exist(pages: dict[str, str]) -> None:
    config = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    menu = re.findall(r"^  - .+: (\S+\.md)$", config, re.MULTILINE)
    assert menu
    assert [page for page in menu if page not in pages and not (DOCS / page).exists()] == []


def test_hook_hands_the_pages_to_mkdocs(
    hooks: ModuleType, pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def generated(config: object, path: str, *, content: str) -> tuple[object, str, str]:
        return config, path, content

    files = ModuleType("mkdocs.structure.files")
    files.__dict__["File"] = SimpleNamespace(generated=generated)
    for name in ("mkdocs", "mkdocs.structure"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "mkdocs.structure.files", files)
    monkeypatch.setattr(hooks, "pages", lambda: pages)
    given: list[object] = []
    assert hooks.on_files(given, "config") is given
    assert given == [("config", path, text) for path, text in pages.items()]
