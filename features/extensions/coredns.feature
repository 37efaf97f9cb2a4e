@coredns
Feature: What CoreDNS answers beyond the specification
  Section 3 of the specification allows more records than it asks for. Other servers need not have them; under another
  profile than coredns, what is here is observed.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: Endpoints without hostnames are named by their addresses

    @extended @spec-3-a @C09
    Scenario: An endpoint of a headless Service is found by its dashed address
      Given the manifest "specification/headless.yaml"
      Then every ready endpoint of the Service "anonymous" is found by its dashed address

    @extended @I08
    Scenario: An IPv6 endpoint is found by its shortened address with dashes, never ending in one
      Given the manifest "specification/ipv6.yaml"
      Then every ready endpoint of the Service "six-anonymous" is found by its dashed address

    @quirk @C10
    Scenario: An endpoint with a hostname is not found by its dashed address
      Given the manifest "specification/headless.yaml"
      Then no ready endpoint of the Service "shared" is found by its dashed address

  Rule: Endpoints behind a virtual IP have names as well

    Background:
      Given the manifest "extensions/odd.yaml"

    @extended @B15 @needs-ipv4
    Scenario: Behind a virtual IP, a hostname answers its endpoint
      Then "c-0" below the Service "clients" answers the addresses of the endpoints of that hostname, and no other

    @extended @B16 @needs-ipv4
    Scenario: Behind a virtual IP, an endpoint without a hostname answers under its dashed address
      Then every ready endpoint of the Service "crowd" is found by its dashed address

    @quirk @B17 @needs-ipv4
    Scenario: Behind a virtual IP, an endpoint with a hostname is not found by its dashed address
      Then no ready endpoint of the Service "clients" is found by its dashed address

    @extended @F05 @needs-ipv4
    Scenario Outline: The address of an endpoint behind a virtual IP leads back to its name: <service>
      Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it

      Examples:
        | service |
        | clients |
        | crowd   |

    @extended @J08
    Scenario: Behind a virtual IP, an endpoint that is not ready has no name
      Then "i-0.idle" does not exist

  Rule: Ports are listed at the name of the Service itself

    @extended @E07
    Scenario Outline: A Service with a virtual IP lists its ports at its own name: <service>
      Given the manifest "specification/clusterip.yaml"
      Then the Service "<service>" lists all its ports at its own name

      Examples:
        | service |
        | web     |
        | unnamed |

    @extended @E07
    Scenario Outline: A headless Service lists its ports at its own name: <service>
      Given the manifest "specification/headless.yaml"
      Then the Service "<service>" lists all its ports at its own name

      Examples:
        | service      |
        | peers        |
        | unnamed-port |

    @extended @E20
    Scenario: An endpoint lists its ports at its own name
      Given the manifest "specification/headless.yaml"
      Then "a-0" below the Service "peers" lists the ports of its endpoint

    @quirk @E16
    Scenario: A port is found without its underscores
      Given the manifest "specification/clusterip.yaml"
      Then "http.tcp.web" of the type SRV is answered in one of these ways:
        | answer   | meaning                                |
        | SRV      | the server does without underscores    |
        | NXDOMAIN | a port has underscores, by RFC 2782    |

    @quirk @E17
    Scenario: An empty port label stands for any port
      Given the manifest "specification/clusterip.yaml"
      Then "_._tcp.unnamed" of the type SRV is answered in one of these ways:
        | answer   | meaning                         |
        | SRV      | an empty label is any port      |
        | NXDOMAIN | there is no port without a name |

  Rule: EndpointSlices of unusual shape

    Background:
      Given the manifest "extensions/odd.yaml"

    @extended @C20
    Scenario: An endpoint that is a name is answered as an alias
      Then "named" is an alias for "db.example.com." when asked for CNAME

    @quirk @E22
    Scenario: A port that the EndpointSlice does not name
      Then "_metrics._tcp.unlike" of the type SRV is answered in one of these ways:
        | answer   | meaning                                              |
        | SRV      | the Service names the port, as the words have it     |
        | NXDOMAIN | the server takes names of ports from EndpointSlices  |

  Rule: Pods have names by their addresses

    @extended @K02
    Scenario: Any address has a name below an existing namespace
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.my-namespace.pod.cluster.local" answers one record of the type A

    @extended @K04
    Scenario: The other family of a pod's name has no data
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.my-namespace.pod.cluster.local" has no data of the type AAAA
      And "2001-db8--55.my-namespace.pod.cluster.local" answers one record of the type AAAA

    @extended @K03
    Scenario: Below a namespace that does not exist, no address has a name
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.no-such-namespace.pod.cluster.local" does not exist

    @extended @K05
    Scenario Outline: What is no address does not exist: <name>
      Given the manifest "specification/clusterip.yaml"
      Then "<name>.my-namespace.pod.cluster.local" does not exist

      Examples:
        | name         |
        | web          |
        | 192-0-2      |
        | 192-0-2-999  |

    @extended @K06
    Scenario: A namespace below pod exists without records
      Given the manifest "specification/clusterip.yaml"
      Then "my-namespace.pod.cluster.local" has no data of the type A

    @quirk @K07
    Scenario: Labels in front of a pod's name are passed over
      Given the manifest "specification/clusterip.yaml"
      Then "sub.192-0-2-55.my-namespace.pod.cluster.local" of the type A is answered in one of these ways:
        | answer   | meaning                          |
        | A        | the server passes over the label |
        | NXDOMAIN | there is no such name            |

    @extended @K01 @K11
    Scenario: Whether pods have names by their addresses is the server's choice
      Given the manifest "specification/clusterip.yaml"
      Then "192-0-2-55.my-namespace.pod.cluster.local" of the type A is answered in one of these ways:
        | answer   | meaning                         |
        | A        | any address has a name          |
        | NXDOMAIN | no pod has, or no pod is there  |

    @extended @K10
    Scenario: No address leads back to a pod's name
      Given the manifest "specification/clusterip.yaml"
      Then the address 192.0.2.55 leads back to no name of the cluster

  Rule: The zone has servers

    Background:
      Given the manifest "specification/clusterip.yaml"

    @extended @A06
    Scenario: The cluster domain has name servers that have addresses
      Then the NS records of the cluster domain lead to names that answer addresses

    @extended @A07
    Scenario: The server that every SOA names has the address of the DNS Service
      Then "ns.dns.cluster.local" answers the virtual IP of the Service "kube-system/kube-dns", and none but of Services with the same endpoints

    @extended @F11
    Scenario Outline: The reverse zones are served: <zone>
      Then "<zone>" answers one record of the type SOA

      Examples:
        | zone          |
        | in-addr.arpa. |
        | ip6.arpa.     |
