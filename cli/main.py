"""The `effilint` command: a command is there because its file in `commands/` is."""

from __future__ import annotations

import importlib

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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="effilint")
def main() -> None:
    """Find inefficient Python, prove it, fix it, and score it."""
