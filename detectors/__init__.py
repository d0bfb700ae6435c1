"""Detectors: what looks at a program and says where it is inefficient."""
