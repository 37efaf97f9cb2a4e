"""Any Kubernetes cluster as a target: its API in dicts, its DNS servers by a vantage."""
