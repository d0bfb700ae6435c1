"""Pairs of programs whose efficiency the clock has told: collected, measured, paired, annotated."""
