"""What all tests share."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("everyday", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=400, deadline=None)
#: What needs a real cluster runs where one is named, as `.ci/live` does.
collect_ignore = [] if os.environ.get("SVCDNS_TEST_KUBECONFIG") else ["live"]

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser() -> str:
    """A Chromium of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"NO BROWSER HERE ({', '.join(BROWSERS)}): nothing was shown of any page but its text")
    return found
