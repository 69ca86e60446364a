"""Tests of the findings, their causes and their counts."""
