"""The implementations of `harness.target.Target`; nobody but the doors imports them."""
