"""Contexta: write down what a training run did, and turn it into reports that people can open."""

__version__ = "0.1.0"
