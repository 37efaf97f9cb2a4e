"""A pod that relays queries to DNS servers: the pod, the program in it, and our side of the conversation."""
