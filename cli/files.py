"""Which files to lint: those named, and the Python files below the folders named."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from effilint import gitignore
from effilint.config import Configuration, ConfigurationError
from effilint.globs import Glob, Globs
from effilint.outcome import Problem
from effilint.settings import Settings

SUFFIXES = (".py", ".ipynb")
NOT_LINTED = ".pyi"  # stubs hold no code that runs


class File(NamedTuple):
    """A file to lint: how the user would write its path, its absolute path, its settings."""

    path: str
    absolute: str
    settings: Settings


class Discovery:
    """The files found below some paths, and what was in the way, each in a stable order."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._found: dict[str, File] = {}
        self._problems: dict[str, Problem] = {}
        self._walked: list[str] = []
        self._links: list[str] = []

    @property
    def files(self) -> list[File]:
        """What was found, by path; a file named twice counts once."""
        return sorted(self._found.values())

    @property
    def problems(self) -> list[Problem]:
        """What could not be read, and configurations that cannot be used."""
        return sorted(self._problems.values())

    def add(self, path: str) -> None:
        """Look for files at `path`: itself if it is a file, else all Python below it."""
        path = path and os.path.normpath(path)  # of nothing it would make the current folder
        if not os.path.isdir(path):
            self._add_named(path)
            return
        seen = len(self._found), len(self._problems)
        self._walk(path)
        while self._links:
            links, self._links = self._links, []
            # folders first: a file that one of them holds is then known
            for link in sorted(links, key=lambda link: (not os.path.isdir(link), link)):
                self._follow(link)
        if seen == (len(self._found), len(self._problems)):
            self._problem(path, f"no Python files found under {path}")

    def _add_named(self, path: str) -> None:
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self._problem(path, reason(error, path))
            return
        if not stat.S_ISREG(mode):  # it may block for ever, and can be read only once
            self._problem(path, "not a regular file; `-` reads from standard input")
            return
        if not path.endswith(NOT_LINTED) and not self._is_forced_out(os.path.abspath(path)):
            self._add_file(path)

    def _is_forced_out(self, absolute: str) -> bool:
        """Whether a file that is named is excluded all the same, as `force-exclude` asks."""
        settings = self._settings(os.path.dirname(absolute))
        if settings is None or not settings.force_exclude:
            return False
        excluded = _excluded(settings.exclude, settings.extend_exclude)
        if excluded.match(absolute):
            return True
        here, folder = os.getcwd(), os.path.dirname(absolute)
        while _is_within(folder, here) and folder != here:
            if excluded.match(folder, is_folder=True):
                return True
            folder = os.path.dirname(folder)
        return False

    def _add_file(self, path: str) -> None:
        absolute = os.path.abspath(path)
        settings = self._settings(os.path.dirname(absolute))
        if settings is not None:
            self._found.setdefault(absolute, File(path, absolute, settings))

    def _settings(self, folder: str) -> Settings | None:
        try:
            return self._configuration.settings(folder)
        except ConfigurationError as error:
            self._problem(error.filename, str(error))
            return None

    def _problem(self, path: str, message: str) -> None:
        self._problems.setdefault(path, Problem(path, message))

    def _walk(self, top: str) -> None:
        self._walked.append(os.path.realpath(top))
        folders = [(top, gitignore.rules_above(os.path.abspath(top)))]
        while folders:
            folder, rules = folders.pop()
            here = os.path.abspath(folder)
            # a broken configuration is reported once, and what it governs is not linted
            settings = self._settings(here) or Settings()
            rules = gitignore.rules_in(here, rules) if settings.respect_gitignore else ()
            excluded = _excluded(settings.exclude, settings.extend_exclude)
            for entry, is_folder in self._entries(folder):
                absolute = os.path.join(here, entry.name)
                if excluded.match(absolute, is_folder):
                    continue
                if rules and gitignore.is_ignored(absolute, is_folder, rules):
                    continue
                path = os.path.join(folder, entry.name) if folder != "." else entry.name
                if entry.is_symlink():
                    self._links.append(path)
                elif is_folder:
                    folders.append((path, rules))
                elif entry.is_file():
                    self._add_file(path)

    def _entries(self, folder: str) -> Iterator[tuple[os.DirEntry[str], bool]]:
        """Yield what could be Python in `folder`, and whether it is a folder."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    is_folder = _is_folder(entry)
                    if is_folder or entry.name.endswith(SUFFIXES):
                        yield entry, is_folder
        except OSError as error:
            self._problem(folder, reason(error, folder))

    def _follow(self, link: str) -> None:
        """Take in what a symbolic link points to, unless the walk meets it anyway."""
        try:
            os.stat(link)
        except OSError as error:
            if not os.path.basename(link).startswith(".#"):  # how an editor marks an open file
                self._problem(link, reason(error, link))
            return
        target = os.path.realpath(link)
        if _is_within(os.path.realpath(os.path.dirname(link)), target):
            self._problem(link, "a symbolic link to a folder that it lies in")
        elif any(_is_within(target, walked) for walked in self._walked):
            return
        elif os.path.isdir(link):
            self._walk(link)
        elif os.path.isfile(link):
            self._add_file(link)


@cache
def _excluded(*globs: Iterable[Glob]) -> Globs:
    return Globs(glob for some in globs for glob in some)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself; followed later, and reported there
        return True


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def reason(error: OSError, path: str) -> str:
    """Return in a few words why `path` cannot be used."""
    if isinstance(error, FileNotFoundError):
        return "broken symbolic link" if os.path.islink(path) else "no such file or folder"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or str(error)).lower()
