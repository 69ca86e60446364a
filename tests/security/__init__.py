"""What strangers may write into a workspace, and that none of it does anything wherever it is shown."""
