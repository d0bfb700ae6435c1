"""Bc(y): how inefficient a program is, from both detectors, and rewards made of it."""
