"""Imports point one way, and heavy packages stay where they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRAINING = {"accelerate", "datasets", "onnx", "sklearn", "torch", "transformers"}
LAYERS = {  # folder, in order: the third-party packages it may import
    "analyzer": {"libcst", "astroid"},
    "rules": {"libcst"},
    "measure": {"line_profiler", "memray", "ray"},
    "detectors": {"numpy", "onnxruntime", "tokenizers", "tree_sitter", "tree_sitter_python"},
    "scorer": {"numpy"},
    "dataset": {"datasketch", "numpy", "pyarrow"},
    "train_detector": {"numpy", "ray", "safetensors", "tokenizers", *TRAINING},
    "train_generator": {"numpy", "peft", "ray", "trl", *TRAINING},
    "refine": {"openai"},
    "cli": {"click", "fastapi", "pathspec", "pygls", "rich", "uvicorn"},
}
ONLY_IN = {  # package: the one file that may import it
    "astroid": "analyzer/facts/inference.py",
    "onnxruntime": "detectors/learned.py",
}
HEAVY = ("measure", "scorer", "dataset", "train_detector", "train_generator", "refine")


@dataclass(frozen=True)
class Import:
    """An imported name in full, and whether importing the module that says so runs it."""

    name: str
    line: int
    eager: bool

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    @property
    def layer(self) -> str:
        """The folder a name of ours is in; what is in no other folder is in `cli`."""
        folder = self.name.split(".")[1]
        return folder if folder in LAYERS else "cli"


def runs_later(node: ast.AST) -> bool:
    """Whether importing the module leaves what is inside this node alone."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def imports(node: ast.AST, eager: bool = True) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(f"{alias.name}.", node.lineno, eager)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are absolute"
        for alias in node.names:
            yield Import(f"{node.module}.{alias.name}", node.lineno, eager)
    eager = eager and not runs_later(node)
    for child in ast.iter_child_nodes(node):
        yield from imports(child, eager)


def modules() -> list[str]:
    paths = [path for folder in LAYERS for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


def imports_of(module: str) -> list[Import]:
    return list(imports(ast.parse((ROOT / module).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("module", modules())
def test_imports_point_down(module: str) -> None:
    order = list(LAYERS)
    folder = module.partition("/")[0]
    for name in imports_of(module):
        if name.top != "effilint":
            continue
        at = f"{module}:{name.line} imports {name.name}"
        assert order.index(name.layer) <= order.index(folder), at
        if folder == "cli":
            assert not (name.eager and name.layer in HEAVY), f"{at} before a command needs it"
        if folder == "measure" and name.layer == "analyzer":
            assert name.name.startswith("effilint.analyzer.taxonomy"), at


@pytest.mark.parametrize("module", modules())
def test_packages_stay_where_they_are_needed(module: str) -> None:
    allowed = LAYERS[module.partition("/")[0]]
    for name in imports_of(module):
        if name.top == "effilint" or name.top in sys.stdlib_module_names:
            continue
        at = f"{module}:{name.line} imports {name.top}"
        assert name.top in allowed, at
        assert ONLY_IN.get(name.top, module) == module, at


def test_linting_loads_nothing_slow() -> None:
    """Importing LibCST or astroid takes longer than linting a small file."""
    program = "import effilint, sys; effilint.check('xs = [1]', select='ALL'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert {b"libcst", b"astroid", b"rich", b"click"}.isdisjoint(done.stdout.split())
