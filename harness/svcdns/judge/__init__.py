"""Answers, read against the cluster's state by the plain sentences of the features.

This is the second, independent reading of the specification: where `svcdns.records` computes from EndpointSlices what a
server should say, this package asks Pods and Services what a sentence such as "the address of every ready pod" means, and
never looks at records. Each function here makes a `Promise`: what one sentence of a feature promises.
"""

from __future__ import annotations

from svcdns.judge.aliases import alias, ends_in_time, leads_to
from svcdns.judge.clients import asked, exists, heard
from svcdns.judge.cluster import (
    dashed_addresses,
    has_ports,
    name_server_at,
    name_servers,
    no_dashed_addresses,
    no_ready_endpoint,
    pod_has_no_name,
    pod_names_do_not_exist,
    server_of_soa_records,
)
from svcdns.judge.lookup import (
    found_by,
    found_in_one_family,
    knows_its_name,
    name_servers_of_pod,
    not_found,
    search_list,
)
from svcdns.judge.malformed import MALFORMED_MESSAGES, malformed_message, malformed_message_is_one_of
from svcdns.judge.messages import (
    PROPERTIES,
    any_case,
    property_is_observed,
    property_of,
    same_ttl_as_denials,
    together,
    with_edns,
)
from svcdns.judge.names import (
    address_of_pod,
    does_not_exist,
    hostname,
    no_data,
    one_of,
    one_record,
    other_family,
    ready_endpoints,
    schema_version,
    virtual_ip,
    virtual_ip_at,
    virtual_ips,
)
from svcdns.judge.observation import Observation
from svcdns.judge.order import order
from svcdns.judge.parameters import choices, numbers
from svcdns.judge.ports import (
    own_port,
    port_of_ready_endpoints,
    port_of_ready_pods_is_one_of,
    port_of_virtual_ip,
    ports_at_hostname,
    ports_at_name,
    right_additional,
    weights,
)
from svcdns.judge.queries import QUERIES, answered_alike
from svcdns.judge.reading import NotConformantError, Promise, PromiseOfState, Reading
from svcdns.judge.reverse import (
    address_leads_nowhere,
    name_leads_nowhere,
    pod_leads_back,
    ready_endpoints_lead_back,
    reverse_name_is_one_of,
    unready_endpoints_do_not_lead_back,
    virtual_ip_leads_back,
)
from svcdns.judge.sizes import fits, whole

__all__ = [
    "MALFORMED_MESSAGES",
    "PROPERTIES",
    "QUERIES",
    "NotConformantError",
    "Observation",
    "Promise",
    "PromiseOfState",
    "Reading",
    "address_leads_nowhere",
    "address_of_pod",
    "alias",
    "answered_alike",
    "any_case",
    "asked",
    "choices",
    "dashed_addresses",
    "does_not_exist",
    "ends_in_time",
    "exists",
    "fits",
    "found_by",
    "found_in_one_family",
    "has_ports",
    "heard",
    "hostname",
    "knows_its_name",
    "leads_to",
    "malformed_message",
    "malformed_message_is_one_of",
    "name_leads_nowhere",
    "name_server_at",
    "name_servers",
    "name_servers_of_pod",
    "no_dashed_addresses",
    "no_data",
    "no_ready_endpoint",
    "not_found",
    "numbers",
    "one_of",
    "one_record",
    "order",
    "other_family",
    "own_port",
    "pod_has_no_name",
    "pod_leads_back",
    "pod_names_do_not_exist",
    "port_of_ready_endpoints",
    "port_of_ready_pods_is_one_of",
    "port_of_virtual_ip",
    "ports_at_hostname",
    "ports_at_name",
    "property_is_observed",
    "property_of",
    "ready_endpoints",
    "ready_endpoints_lead_back",
    "reverse_name_is_one_of",
    "right_additional",
    "same_ttl_as_denials",
    "schema_version",
    "search_list",
    "server_of_soa_records",
    "together",
    "unready_endpoints_do_not_lead_back",
    "virtual_ip",
    "virtual_ip_at",
    "virtual_ip_leads_back",
    "virtual_ips",
    "weights",
    "whole",
    "with_edns",
]
