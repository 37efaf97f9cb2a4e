"""Plays scenarios: what they declare, change and promise, on a target."""
