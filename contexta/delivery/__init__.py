"""Reports that go where people are: fitted to each place, and gates that a pipeline can stand behind."""
