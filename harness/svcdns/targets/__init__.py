"""The implementations of `svcdns.targets.target.Target`; nobody but the doors imports them."""
