@coredns
Feature: CoreDNS's records beyond the specification
  Section 3 of the specification allows a server to have more records than it requires. Other servers need not have these:
  under any DNS profile but coredns, the harness only observes them.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: An endpoint without a hostname is named by its dashed address

    @extended @spec-3-a @C09
    Scenario: An endpoint of a headless Service resolves by its dashed address
      Given the manifest "specification/headless.yaml"
      Then every ready endpoint of the Service "anonymous" resolves by its dashed address

    @extended @I08
    Scenario: An IPv6 endpoint resolves by its shortened dashed address, which never ends in a dash
      Given the manifest "specification/ipv6.yaml"
      Then every ready endpoint of the Service "six-anonymous" resolves by its dashed address

    @quirk @C10
    Scenario: An endpoint with a hostname does not resolve by its dashed address
      Given the manifest "specification/headless.yaml"
      Then no ready endpoint of the Service "shared" resolves by its dashed address

  Rule: Endpoints behind a virtual IP have names too

    Background:
      Given the manifest "extensions/odd.yaml"

    @extended @B15 @needs-ipv4
    Scenario: Behind a virtual IP, a hostname resolves to its endpoint
      Then "c-0" below the Service "clients" answers the addresses of the endpoints with that hostname, and no other

    @extended @B16 @needs-ipv4
    Scenario: Behind a virtual IP, an endpoint without a hostname resolves by its dashed address
      Then every ready endpoint of the Service "crowd" resolves by its dashed address

    @quirk @B17 @needs-ipv4
    Scenario: Behind a virtual IP, an endpoint with a hostname does not resolve by its dashed address
      Then no ready endpoint of the Service "clients" resolves by its dashed address

    @extended @F05 @needs-ipv4
    Scenario Outline: The address of an endpoint behind a virtual IP has a PTR record to its name: <service>
      Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it

      Examples:
        | service |
        | clients |
        | crowd   |

    @extended @J08
    Scenario: Behind a virtual IP, an unready endpoint has no name
      Then "i-0.idle" does not exist

  Rule: A Service name and an endpoint name have SRV records for their ports

    @extended @E07
    Scenario Outline: The name of a Service with a virtual IP has SRV records for its ports: <service>
      Given the manifest "specification/clusterip.yaml"
      Then the Service "<service>" has SRV records for all its ports at its own name

      Examples:
        | service |
        | web     |
        | unnamed |

    @extended @E07
    Scenario Outline: The name of a headless Service has SRV records for its ports: <service>
      Given the manifest "specification/headless.yaml"
      Then the Service "<service>" has SRV records for all its ports at its own name

      Examples:
        | service      |
        | peers        |
        | unnamed-port |

    @extended @E20
    Scenario: The name of an endpoint has SRV records for its ports
      Given the manifest "specification/headless.yaml"
      Then "a-0" below the Service "peers" has SRV records for the ports of its endpoint

    @quirk @E16
    Scenario: Whether a port name resolves without underscores is the server's choice
      Given the manifest "specification/clusterip.yaml"
      Then a query for "http.tcp.web", type SRV, gets one of these answers:
        | answer   | meaning                                |
        | SRV      | the server ignores underscores         |
        | NXDOMAIN | a port name has underscores (RFC 2782) |

    @quirk @E17
    Scenario: Whether an empty port label matches any port is the server's choice
      Given the manifest "specification/clusterip.yaml"
      Then a query for "_._tcp.unnamed", type SRV, gets one of these answers:
        | answer   | meaning                         |
        | SRV      | an empty label matches any port |
        | NXDOMAIN | a port name is never empty      |

  Rule: Unusual EndpointSlices

    Background:
      Given the manifest "extensions/odd.yaml"

    @extended @C20
    Scenario: An endpoint with a domain name as its address has a CNAME record
      Then "named" is an alias for "db.example.com." when asked for CNAME

    @quirk @E22
    Scenario: Whether a port unnamed in the EndpointSlice has an SRV record is the server's choice
      Then a query for "_metrics._tcp.unlike", type SRV, gets one of these answers:
        | answer   | meaning                                               |
        | SRV      | the server takes the port name from the Service       |
        | NXDOMAIN | the server takes the port name from the EndpointSlice |

  Rule: Pod records: names made of addresses

    @extended @K02
    Scenario: Any address resolves below an existing namespace
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.my-namespace.pod.cluster.local" answers one record of the type A

    @extended @K04
    Scenario: The other address family of a pod record is NODATA
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.my-namespace.pod.cluster.local" has no data for the type AAAA
      And "2001-db8--55.my-namespace.pod.cluster.local" answers one record of the type AAAA

    @extended @K03
    Scenario: No address resolves below a missing namespace
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.no-such-namespace.pod.cluster.local" does not exist

    @extended @K05
    Scenario Outline: A label that is not an address does not exist: <name>
      Given the manifest "specification/clusterip.yaml"
      Then "<name>.my-namespace.pod.cluster.local" does not exist

      Examples:
        | name        |
        | web         |
        | 192-0-2     |
        | 192-0-2-999 |

    @extended @K06
    Scenario: A namespace below pod is NODATA
      Given the manifest "specification/clusterip.yaml"
      Then "my-namespace.pod.cluster.local" has no data for the type A

    @quirk @K07
    Scenario: Whether a label before a pod record is ignored is the server's choice
      Given the manifest "specification/clusterip.yaml"
      Then a query for "sub.192-0-2-55.my-namespace.pod.cluster.local", type A, gets one of these answers:
        | answer   | meaning                      |
        | A        | the server ignores the label |
        | NXDOMAIN | there is no such name        |

    @extended @K01 @K11
    Scenario: Whether there are pod records is the server's choice
      Given the manifest "specification/clusterip.yaml"
      Then a query for "192-0-2-55.my-namespace.pod.cluster.local", type A, gets one of these answers:
        | answer   | meaning                       |
        | A        | any address has a pod record  |
        | NXDOMAIN | there is no pod record for it |

    @extended @K10
    Scenario: No address has a PTR record to a pod record
      Given the manifest "specification/clusterip.yaml"
      Then the address 192.0.2.55 has no PTR record to a name of the cluster

  Rule: The zone has name servers

    Background:
      Given the manifest "specification/clusterip.yaml"

    @extended @A06
    Scenario: Every NS record of the cluster domain has a target with an address
      Then every NS record of the cluster domain has a target with an address

    @extended @A07
    Scenario: The name server in every SOA record has the DNS Service's address
      Then every SOA record of the cluster domain names the server "ns.dns.cluster.local"
      And "ns.dns.cluster.local" answers the virtual IP of the Service "kube-system/kube-dns", and otherwise only virtual IPs of Services with the same endpoints

    @extended @F11
    Scenario Outline: The reverse zones are served: <zone>
      Then "<zone>" answers one record of the type SOA

      Examples:
        | zone          |
        | in-addr.arpa. |
        | ip6.arpa.     |
