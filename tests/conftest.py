"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("everyday", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=400, deadline=None)
#: What needs a real cluster runs where one is named, as `.ci/live` does.
collect_ignore = [] if os.environ.get("SVCDNS_TEST_KUBECONFIG") else ["live"]

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
