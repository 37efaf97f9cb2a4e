"""Answers, read against the cluster's state by the plain sentences of the features.

This is the second, independent reading of the specification: where `harness.records` computes from EndpointSlices what a
server should say, this room asks Pods and Services what a sentence such as "the address of every ready pod" means, and
never looks at records. Each function here makes a `Promise`: what one sentence of a feature promises.
"""

from __future__ import annotations

from harness.judge.cluster import (
    dashed_addresses,
    has_ports,
    no_dashed_addresses,
    no_ready_endpoint,
    pod_names_do_not_exist,
)
from harness.judge.look import Look, NotConformantError, Promise, PromiseOfState, Reading
from harness.judge.lookup import found_by
from harness.judge.names import (
    address_of_pod,
    alias,
    asked,
    does_not_exist,
    no_data,
    other_family,
    ready_pods,
    virtual_ip,
)
from harness.judge.order import order
from harness.judge.ports import port_of_ready_pods, port_of_ready_pods_is_one_of, port_of_virtual_ip
from harness.judge.reverse import (
    pod_leads_back,
    ready_pods_lead_back,
    unready_pods_do_not_lead_back,
    virtual_ip_leads_back,
)

__all__ = [
    "Look",
    "NotConformantError",
    "Promise",
    "PromiseOfState",
    "Reading",
    "address_of_pod",
    "alias",
    "asked",
    "dashed_addresses",
    "does_not_exist",
    "found_by",
    "has_ports",
    "no_dashed_addresses",
    "no_data",
    "no_ready_endpoint",
    "order",
    "other_family",
    "pod_leads_back",
    "pod_names_do_not_exist",
    "port_of_ready_pods",
    "port_of_ready_pods_is_one_of",
    "port_of_virtual_ip",
    "ready_pods",
    "ready_pods_lead_back",
    "unready_pods_do_not_lead_back",
    "virtual_ip",
    "virtual_ip_leads_back",
]
