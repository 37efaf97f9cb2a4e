"""One API server: found in a kubeconfig, spoken to within limits, and read by the shapes of its objects."""
