"""One run of `effilint check`, from options to output and exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from effilint.check import Run, cache_folder, lint, lint_text
from effilint.config import Configuration, ConfigurationError
from effilint.files import Discovery, File
from effilint.outcome import Mode, Outcome, Problem

if TYPE_CHECKING:
    from effilint.analyzer.source import Source
    from effilint.reporters.report import Report

CLEAN, FINDINGS, ERROR = 0, 1, 2


@dataclass(frozen=True)
class Session:
    """The options of `effilint check`; `overrides` are those that settings hold too."""

    overrides: Mapping[str, Any]
    paths: Sequence[str]
    fix: bool
    diff: bool
    output_format: str
    statistics: bool
    isolated: bool
    no_cache: bool
    cache_dir: str | None
    jobs: int | None
    stdin_filename: str | None
    exit_zero: bool

    def run(self) -> int:
        """Lint, write the output, and return the exit code."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # names of files may be of no encoding
                stream.reconfigure(errors="backslashreplace")
        if "-" in self.paths:
            return self._run_on_stdin()
        discovery = Discovery(Configuration(self.overrides, self.isolated))
        for path in self.paths or (".",):
            discovery.add(path)
        files = discovery.files
        cache = None if self.no_cache else cache_folder(self.cache_dir)
        outcomes, problems = _lint_each_selection(files, Run(self._mode, self.jobs, cache))
        return self._report(outcomes, [*discovery.problems, *problems], files)

    @property
    def _mode(self) -> Mode:
        if self.diff:
            return Mode.DIFF
        return Mode.FIX if self.fix else Mode.CHECK

    def _run_on_stdin(self) -> int:
        if len(self.paths) > 1:
            raise click.UsageError("`-` (standard input) cannot be combined with paths")
        data = click.get_binary_stream("stdin").read()
        name = self.stdin_filename or "<stdin>"
        absolute = os.path.abspath(self.stdin_filename or "stdin.py")
        try:
            configuration = Configuration(self.overrides, self.isolated)
            file = File(name, absolute, configuration.settings(os.path.dirname(absolute)))
        except ConfigurationError as error:
            return self._report([], [Problem(error.filename, str(error))], [])
        outcome, problem = _lint_stdin(data, file, self._mode)
        return self._report([outcome], [problem] if problem else [], [file], data)
