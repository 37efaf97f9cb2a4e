"""The pytest plugin: feature files as tests, the target's life, and what becomes of each scenario.

Named by ``-p harness.plugin``, never by an entry point: an installed plugin would collect the feature files of every
other project on the machine.
"""

from __future__ import annotations

pytest_plugins = [
    "harness.plugin.secrecy",
    "harness.plugin.options",
    "harness.plugin.session",
    "harness.plugin.planning",
    "harness.plugin.collect",
    "harness.plugin.outcome",
    "harness.plugin.reports",
    "harness.plugin.summary",
]
