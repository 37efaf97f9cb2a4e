"""What a cluster holds from moment to moment, and when it has settled."""
