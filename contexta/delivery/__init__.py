"""What is brought to people and pipelines: a Document fitted to what carries it, and sent; a run held against rules."""
