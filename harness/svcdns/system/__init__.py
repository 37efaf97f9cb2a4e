"""The host's services: files below a directory, and commands that run to their end."""
