"""How pages read in each format."""
