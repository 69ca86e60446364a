"""Workspaces that nobody meant to write: mutated, drawn, guided by coverage, and of any size."""
