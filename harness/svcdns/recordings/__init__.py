"""Recorded answers of real servers: made, read, and asked again."""
