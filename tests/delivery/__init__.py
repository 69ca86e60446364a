"""Reports on their way: mails are sent through a real server on this machine, and read back as they went over the wire."""
