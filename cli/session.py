"""One run of `effilint check` or `effilint fix`, from options to output and exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from effilint.config import Configuration, ConfigurationError
from effilint.files import NOT_LINTED, Discovery, File
from effilint.linting import Run, cache_folder, lint, lint_text
from effilint.outcome import Mode, Outcome, Problem, Proof
from effilint.reporters import render
from effilint.reporters.report import Report
from effilint.settings import Settings

if TYPE_CHECKING:
    from effilint.analyzer.source import Source

CLEAN, FINDINGS, ERROR = 0, 1, 2


class Session(NamedTuple):
    """The options of `effilint check` and `fix`; `overrides` are those that settings hold too."""

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
    verify: bool
    inputs: str | None
    verify_timeout: float

    def run(self) -> int:
        """Lint, write the output, and return the exit code."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # names of files may be of no encoding
                stream.reconfigure(errors="backslashreplace")
        if self._reads_stdin:
            return self._run_on_stdin()
        discovery = Discovery(Configuration(self.overrides, self.isolated))
        for path in self.paths or (".",):
            discovery.add(path)
        files = discovery.files
        cache = None if self.no_cache else cache_folder(self.cache_dir)
        # Two measurements at a time would disturb each other.
        jobs = 1 if self.verify else self.jobs
        outcomes, problems = lint(files, Run(self._mode, jobs, cache, self._proof))
        return self._finish(outcomes, [*discovery.problems, *problems], files, _read)

    @property
    def _reads_stdin(self) -> bool:
        return "-" in self.paths or self.stdin_filename is not None

    @property
    def _mode(self) -> Mode:
        if self.diff:
            return Mode.DIFF
        return Mode.FIX if self.fix else Mode.CHECK

    @property
    def _proof(self) -> Proof | None:
        return Proof(self.verify_timeout, self.inputs) if self.verify else None

    def _run_on_stdin(self) -> int:
        if self.paths not in ((), ("-",)):
            raise click.UsageError("`-` (standard input) cannot be combined with paths")
        if sys.stdin is None:  # closed before we started
            raise OSError(errno.EBADF, "standard input is closed")
        data = sys.stdin.buffer.read()
        name = self.stdin_filename or "<stdin>"
        absolute = os.path.abspath(self.stdin_filename or "stdin.py")
        try:
            configuration = Configuration(self.overrides, self.isolated)
            file = File(name, absolute, configuration.settings(os.path.dirname(absolute)))
            linted = not name.endswith(NOT_LINTED)
            outcomes, problems = (
                lint_text(data, file, self._mode, self._proof) if linted else ([], [])
            )
        except ConfigurationError as error:
            outcomes, problems = [], [Problem(error.filename, str(error))]
            file = File(name, absolute, Settings())
        text = next((outcome.text for outcome in outcomes if outcome.text), data)
        if self._mode is Mode.FIX:  # whatever happens, a pipe through us loses nothing
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
        return self._finish(outcomes, problems, [file], lambda path: _decoded(text, path))

    def _finish(
        self,
        outcomes: Sequence[Outcome],
        problems: Sequence[Problem],
        files: Sequence[File],
        source: Callable[[str], Source | None],
    ) -> int:
        problems = [*problems, *(o.problem for o in outcomes if o.problem is not None)]
        for problem in problems:
            click.echo(str(problem), err=True)
        applied = tuple(d for outcome in outcomes for d in outcome.applied)
        if self.diff:
            click.echo("".join(outcome.diff for outcome in outcomes), nl=False)
            count = len(applied)
            click.echo(f"Would fix {count} finding{'' if count == 1 else 's'}.", err=True)
            return self._exit_code(bool(problems), count)
        found = tuple(d for outcome in outcomes for d in outcome.diagnostics)
        unsafe = frozenset(file.path for file in files if file.settings.unsafe_fixes)
        report = Report(found, tuple(problems), source, unsafe, applied, self._coloured)
        self._show(report)
        return self._exit_code(bool(problems), len(found))

    def _show(self, report: Report) -> None:
        if self.statistics:
            from effilint.reporters import statistics

            text = statistics.render(self.output_format, report)
        else:
            text = render(self.output_format, report)
        click.echo(text, nl=False, err=self._writes_code, color=report.coloured)

    @property
    def _writes_code(self) -> bool:
        return self._reads_stdin and self._mode is Mode.FIX

    @property
    def _coloured(self) -> bool:
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()

    def _exit_code(self, failed: bool, findings: int) -> int:
        if failed:
            return ERROR
        return FINDINGS if findings and not self.exit_zero else CLEAN


def _read(path: str) -> Source | None:
    """Return the source that findings are shown in, or None if it cannot be read any more."""
    from effilint.analyzer.source import Source, SourceError

    try:
        return Source.read(path)
    except SourceError:
        return None


def _decoded(data: bytes, path: str) -> Source | None:
    from effilint.analyzer.source import Source, SourceError

    try:
        return Source.from_bytes(data, path)
    except SourceError:
        return None
