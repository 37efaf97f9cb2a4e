"""What this host gives: files below a directory, and commands that run to their end."""
