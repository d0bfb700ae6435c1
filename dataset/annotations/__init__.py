"""Annotations of solutions: which behaviours somebody sees in them, where, and why."""
