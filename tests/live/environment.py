"""The cluster that the environment names for the tests in this directory."""

from __future__ import annotations

import os

KUBECONFIG = os.environ.get("SVCDNS_TEST_KUBECONFIG", "")
CONTEXT = os.environ.get("SVCDNS_TEST_CONTEXT", "")
#: A DNS server of the cluster that this machine reaches, where the cluster runs no pods; empty for the probe.
NAMESERVER = os.environ.get("SVCDNS_TEST_NAMESERVER", "")

NO_CLUSTER = "NO CLUSTER: set SVCDNS_TEST_KUBECONFIG and SVCDNS_TEST_CONTEXT"
NO_KIND_CLUSTER = "NO KIND CLUSTER: set SVCDNS_TEST_KUBECONFIG and SVCDNS_TEST_CONTEXT"
