"""The sentences of the features: one short function each, over the harness."""
