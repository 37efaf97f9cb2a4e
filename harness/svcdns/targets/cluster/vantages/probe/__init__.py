"""A pod that relays questions to DNS servers, and how it is spoken to."""
