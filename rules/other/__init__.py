"""Rules of the other family."""
