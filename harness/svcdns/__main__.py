"""``python -m svcdns`` is the ``svcdns`` command."""

from __future__ import annotations

from svcdns.cli import main

if __name__ == "__main__":
    main()
