"""What a run leaves for people and for other programs to read: the conformance report and the run report.

Both are made of a `RunResult` alone, once the run is over.
"""

from __future__ import annotations
