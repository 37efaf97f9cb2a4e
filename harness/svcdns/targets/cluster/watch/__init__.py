"""A live cluster as watches show it, the readiness of its pods, and waiting until it has settled."""
