"""Answers of DNS servers, recorded: written, read, and compared with what a server answers now."""
