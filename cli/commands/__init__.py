"""The commands: one file each, named like the command, holding a click command `command`."""
