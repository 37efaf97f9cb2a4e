"""The rules for Services, each row a line of `spec` and the one problem it makes."""

from __future__ import annotations

import pytest


def service(spec: str) -> str:
    indented = "".join(f"  {line}\n" for line in spec.splitlines())
    return f"apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n{indented}"


PORT = "ports: [{port: 80}]\n"


@pytest.mark.parametrize(
    "spec",
    [
        PORT,
        PORT + "clusterIP: None",
        "clusterIP: None",
        "clusterIP: None\nclusterIPs: [None]",
        PORT + "clusterIP: ''",
        PORT + "clusterIP: 10.96.0.10",
        PORT
        + "clusterIP: 10.96.0.10\nclusterIPs: [10.96.0.10, 'fd00::a']\nipFamilyPolicy: RequireDualStack\nipFamilies: [IPv4, IPv6]",
        PORT + "clusterIP: 'fd00::a'\nipFamilies: [IPv6]",
        "clusterIP: None\nipFamilies: [IPv6, IPv4]",
        PORT + "type: NodePort",
        "type: NodePort\nports: [{port: 80, nodePort: 30080}]",
        PORT
        + "type: LoadBalancer\nexternalTrafficPolicy: Local\nhealthCheckNodePort: 30000\nallocateLoadBalancerNodePorts: false",
        "type: ExternalName\nexternalName: db.example.com",
        "type: ExternalName\nexternalName: db.example.com.\nports: [{port: 5432}]",
        "ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 80, protocol: UDP, targetPort: 0}]",
        PORT + "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}",
        PORT + "externalIPs: [192.0.2.1]\nexternalTrafficPolicy: Cluster",
        PORT + "selector: {app: web}\npublishNotReadyAddresses: true\ntrafficDistribution: PreferClose",
    ],
)
def test_a_service_that_kubernetes_accepts_is_accepted(problems, spec):
    assert problems(service(spec)) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("selector: {app: web}", "5: ~ports: is required, except in a headless or an ExternalName Service"),
        (PORT + "type: clusterIP", '7: ~type: must be ClusterIP, NodePort, LoadBalancer or ExternalName, not "clusterIP"'),
        # Ports.
        ("ports:\n- port: 0", "7: ~ports[0].port: must be between 1 and 65535, not 0"),
        ("ports:\n- port: 65536", "7: ~ports[0].port: must be between 1 and 65535, not 65536"),
        ("ports:\n- port: 80\n  targetPort: 65536", "8: ~ports[0].targetPort: must be between 1 and 65535"),
        ("ports:\n- port: 80\n  targetPort: -1", "8: ~ports[0].targetPort: must be between 1 and 65535"),
        ("ports:\n- port: 80\n  targetPort: much-too-long-for-it", "8: ~ports[0].targetPort: must be at most 15 characters"),
        ("ports:\n- port: 80\n  targetPort: '8080'", "8: ~ports[0].targetPort: must be a port name"),
        ("ports:\n- port: 80\n  protocol: TPC", '8: ~ports[0].protocol: must be TCP, UDP or SCTP, not "TPC"'),
        ("ports:\n- port: 80\n  protocol: tcp", '8: ~ports[0].protocol: must be TCP, UDP or SCTP, not "tcp"'),
        ("ports:\n- port: 80\n  name: Web_1", "8: ~ports[0].name: must be a DNS-1123 label"),
        ("ports:\n- port: 80\n  appProtocol: ''", "8: ~ports[0].appProtocol: must not be empty"),
        ("ports:\n- port: 80\n  name: a\n- port: 81", "9: ~ports[1].name: is required where a Service has several ports"),
        ("ports:\n- {port: 80, name: a}\n- {port: 81, name: a}", "8: ~ports[1].name: repeats spec.ports[0].name"),
        ("ports:\n- {port: 80, name: a}\n- {port: 80, name: b, protocol: TCP}", "8: ~ports[1]: repeats spec.ports[0]"),
        ("ports:\n- port: 80\n  nodePort: 30080", "8: ~ports[0].nodePort: must not be given in a Service of type ClusterIP"),
        ("type: NodePort\nports:\n- port: 80\n  nodePort: 70000", "9: ~ports[0].nodePort: must be between 1 and 65535"),
        (
            "type: NodePort\nports:\n- {port: 80, nodePort: 30080, name: a}\n- {port: 81, nodePort: 30080, name: b}",
            "9: ~ports[1].nodePort: repeats spec.ports[0].nodePort",
        ),
        # Addresses and families.
        (PORT + "clusterIP: nope", '7: ~clusterIP: must be an IP address such as 10.9.8.7 or 2001:db8::1, not "nope"'),
        (PORT + "clusterIP: none", "7: ~clusterIP: must be an IP address"),
        (PORT + "clusterIP: 10.96.0.0256", "7: ~clusterIP: must be an IP address"),
        (PORT + "clusterIP: 'fe80::1%eth0'", "7: ~clusterIP: must be an IP address"),
        (PORT + "clusterIP: '::ffff:10.0.0.1'\nipFamilies: [IPv6]", "7: ~clusterIP: must be an IPv6 address, as ipFamilies"),
        (PORT + "externalIPs: ['']", "7: ~externalIPs[0]: is required"),
        (PORT + "externalIPs: [127.000.0.1]", "7: ~externalIPs[0]: must not be a loopback address, but is 127.000.0.1"),
        (PORT + "type: LoadBalancer\nloadBalancerSourceRanges: [10.0.0.1]", "8: ~loadBalancerSourceRanges[0]: must be a range of"),
        (PORT + "clusterIPs: [10.96.0.10]", "5: ~clusterIP: is required with clusterIPs"),
        (PORT + "clusterIP: 10.96.0.10\nclusterIPs: [10.96.0.11]", "8: ~clusterIPs: must begin with the address in clusterIP"),
        (
            PORT + "ipFamilyPolicy: PreferDualStack\nclusterIP: 10.0.0.1\nclusterIPs: [10.0.0.1, 10.0.0.2]",
            "9: ~clusterIPs[1]: repeats spec.clusterIPs[0]",
        ),
        (
            "ipFamilyPolicy: PreferDualStack\nports: [{port: 80}]\nclusterIP: None\nclusterIPs: [None, 10.0.0.2]",
            '9: ~clusterIPs[0]: must not be "None" beside other addresses',
        ),
        (PORT + "clusterIP: 10.96.0.10\nipFamilies: [IPv6]", "7: ~clusterIP: must be an IPv6 address, as ipFamilies says"),
        (PORT + "ipFamilies: [ipv4]", '7: ~ipFamilies[0]: must be IPv4 or IPv6, not "ipv4"'),
        (PORT + "ipFamilyPolicy: PreferDualStack\nipFamilies: [IPv4, IPv4]", "8: ~ipFamilies[1]: repeats spec.ipFamilies[0]"),
        (PORT + "ipFamilyPolicy: DualStack", "7: ~ipFamilyPolicy: must be SingleStack, PreferDualStack or RequireDualStack"),
        (PORT + "ipFamilies: [IPv4, IPv6]", "5: ~ipFamilyPolicy: must be PreferDualStack or RequireDualStack with two families"),
        (
            "clusterIP: None\nselector: {a: b}\nipFamilyPolicy: SingleStack\nipFamilies: [IPv4, IPv6]",
            "8: ~ipFamilyPolicy: must be PreferDualStack or RequireDualStack",
        ),
        ("clusterIP: None\ntype: NodePort", '6: ~clusterIP: must not be "None" in a Service of type NodePort'),
        ("clusterIP: None\ntype: LoadBalancer", '6: ~clusterIP: must not be "None" in a Service of type LoadBalancer'),
        # ExternalName.
        ("type: ExternalName", "5: ~externalName: is required in a Service of type ExternalName"),
        ("type: ExternalName\nexternalName: .", "7: ~externalName: must be a DNS-1123 subdomain"),
        ("type: ExternalName\nexternalName: DB.example.com", "7: ~externalName: must be a DNS-1123 subdomain"),
        ("type: ExternalName\nexternalName: a.b\nclusterIP: None", "8: ~clusterIP: must not be given in a Service of type ExternalName"),
        ("type: ExternalName\nexternalName: a.b\nipFamilies: [IPv4]", "8: ~ipFamilies: must not be given in a Service of type ExternalName"),
        # The rest.
        (PORT + "selector: {app: 'a b'}", "7: ~selector.app: must be a label value"),
        (PORT + "sessionAffinity: clientip", '7: ~sessionAffinity: must be None or ClientIP, not "clientip"'),
        (
            PORT + "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}",
            "8: ~sessionAffinityConfig.clientIP.timeoutSeconds: must be between 1 and 86400, not 0",
        ),
        (PORT + "externalIPs: [127.0.0.1]", "7: ~externalIPs[0]: must not be a loopback address, but is 127.0.0.1"),
        (PORT + "loadBalancerClass: a/b", "7: ~loadBalancerClass: is only for a Service of type LoadBalancer"),
        (PORT + "externalTrafficPolicy: Local", "7: ~externalTrafficPolicy: is only for a Service of type NodePort or LoadBalancer"),
        (PORT + "type: NodePort\nexternalTrafficPolicy: local", "8: ~externalTrafficPolicy: must be Cluster or Local"),
        (PORT + "healthCheckNodePort: 30000", "7: ~healthCheckNodePort: is only for a Service of type LoadBalancer with"),
        (PORT + "type: LoadBalancer\nloadBalancerClass: a b", "8: ~loadBalancerClass: must be a name of letters"),
        (
            PORT + "type: LoadBalancer\nexternalTrafficPolicy: Local\nhealthCheckNodePort: 70000",
            "9: ~healthCheckNodePort: must be between 1 and 65535",
        ),
        (PORT + "clusterIP: 10.0.0.1\nclusterIPs: [10.0.0.1, '']\nipFamilyPolicy: PreferDualStack", "8: ~clusterIPs[1]: must not be empty"),
        (PORT + "internalTrafficPolicy: local", "7: ~internalTrafficPolicy: must be Cluster or Local"),
        (PORT + "trafficDistribution: Near", "7: ~trafficDistribution: must be PreferClose, PreferSameZone or PreferSameNode"),
    ],
)  # fmt: skip
def test_a_service_that_kubernetes_refuses_is_refused_for_its_one_reason(problems, spec, expected):
    [found] = problems(service(spec))
    assert found.startswith(expected.replace("~", 'Service "web": spec.'))


def test_three_addresses_are_too_many(problems):
    spec = PORT + "ipFamilyPolicy: PreferDualStack\nclusterIP: 10.0.0.1\nclusterIPs: [10.0.0.1, 'fd00::1', 'fd00::2']"
    found = problems(service(spec))
    assert [line.partition("spec.")[2] for line in found] == [
        "clusterIPs: may hold at most 2 addresses, not 3",
        "clusterIPs[2]: repeats spec.clusterIPs[1]",
    ]
