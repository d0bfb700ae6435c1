"""Facts about a program, each computed when a rule asks for it."""
