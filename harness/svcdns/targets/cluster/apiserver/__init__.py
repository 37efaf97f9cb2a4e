"""An API server: found, spoken to within limits, and read by shape."""
