"""The pytest plugin: feature files as tests, the target's life, and what becomes of each scenario.

Named by ``-p svcdns.plugin``, never by an entry point: an installed plugin would collect the feature files of every
other project on the machine.
"""

from __future__ import annotations

pytest_plugins = [
    "svcdns.plugin.secrecy",
    "svcdns.plugin.options",
    "svcdns.plugin.exit_codes",
    "svcdns.plugin.withholding",
    "svcdns.plugin.interruption",
    "svcdns.plugin.session",
    "svcdns.plugin.planning",
    "svcdns.plugin.steps",
    "svcdns.plugin.collect",
    "svcdns.plugin.outcome",
    "svcdns.plugin.reports",
    "svcdns.plugin.summary",
]
