"""The `effilint` command: a command is there because its file in `commands/` is."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Any, NoReturn, TextIO

import click

from effilint import __version__


class Commands(click.Group):
    """Import a command when it is called, and no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands in alphabetical order."""
        import pkgutil

        from effilint import commands

        modules = pkgutil.iter_modules(commands.__path__)
        return sorted(module.name.replace("_", "-") for module in modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of this name, or None."""
        module = f"effilint.commands.{cmd_name.replace('-', '_')}"
        try:
            command = importlib.import_module(module).command
        except ModuleNotFoundError as error:
            if error.name is not None and module.startswith(error.name):
                return None
            raise
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the system refuses to do is one line, and the exit code 2."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except BrokenPipeError:  # whoever reads has seen enough; click ends quietly
            raise
        except OSError as error:
            _give_up(error.strerror or str(error))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="effilint")
def main() -> None:
    """Find inefficient Python, prove it, fix it, and score it."""
    # A stream that was closed before we started is None, and what we open next takes its place.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    try:
        os.getcwd()
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, "the current folder is gone") from None


def _give_up(why: str) -> NoReturn:
    click.echo(f"effilint: error: {why}", err=True)
    sys.stdout = _nowhere()  # or what could not be written would be tried once more at the end
    raise SystemExit(2)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
