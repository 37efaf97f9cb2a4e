Feature: PTR records
  Sections 2.3.3 and 2.4.3 of the specification.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: A virtual IP has one PTR record, to its Service

    Background:
      Given the manifest "specification/clusterip.yaml"

    @core @spec-2.3.3-a @F01 @F09
    Scenario Outline: The virtual IP of "<service>" has one PTR record, to the Service name
      Then the virtual IP of the Service "<service>" has one PTR record, to the Service name

      Examples:
        | service |
        | web     |
        | multi   |
        | unnamed |
        | manual  |

    @core @F08
    Scenario Outline: The unused address <address> has no PTR record to a name of the cluster
      Then the address <address> has no PTR record to a name of the cluster

      Examples:
        | address          |
        | 192.0.2.254      |
        | 2001:db8::ffff:1 |

    @extended @I12
    Scenario: An IPv4-mapped IPv6 address has the PTR record of the IPv4 address, or none
      Then a query for "1.0.0.0.0.6.a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", type PTR, gets one of these answers:
        | answer   | meaning                                  |
        | PTR      | the server treats it as the IPv4 address |
        | NXDOMAIN | the name does not exist                  |
        | SERVFAIL | the upstream resolver cannot be reached  |
        | REFUSED  | the upstream resolver refuses            |
        | nothing  | the upstream resolver does not respond   |

    @extended @F14
    Scenario Outline: A malformed reverse name has no PTR record to a name of the cluster: <fault>
      Then "<name>" has no PTR record to a name of the cluster

      Examples:
        | fault              | name                                                                    |
        | an octet above 255 | 300.0.96.10.in-addr.arpa.                                               |
        | five octets        | 1.1.0.96.10.in-addr.arpa.                                               |
        | a letter           | x.0.96.10.in-addr.arpa.                                                 |
        | 31 nibbles         | 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.ip6.arpa. |

    @quirk @F12
    Scenario: Whether the reverse name of a virtual IP exists for other types is the server's choice
      Then a query for the reverse name of the virtual IP of the Service "web", type A, gets one of these answers:
        | answer   | meaning                                   |
        | NODATA   | the name exists (RFC 2308)                |
        | NXDOMAIN | the server has reverse names only for PTR |
        | SERVFAIL | the upstream resolver cannot be reached   |
        | REFUSED  | the upstream resolver refuses             |
        | nothing  | the upstream resolver does not respond    |

    @quirk @F13
    Scenario: Whether the name above a reverse name exists is the server's choice
      Then a query for the name above the reverse name of the virtual IP of the Service "web", type PTR, gets one of these answers:
        | answer   | meaning                                             |
        | NODATA   | the name exists (RFC 8020)                          |
        | NXDOMAIN | the server has reverse names only of full addresses |
        | SERVFAIL | the upstream resolver cannot be reached             |
        | REFUSED  | the upstream resolver refuses                       |
        | nothing  | the upstream resolver does not respond              |

    @extended @K17
    Scenario: An unknown reverse name gets no PTR record, from the server or its upstream resolver
      Then a query for "254.2.0.192.in-addr.arpa.", type PTR, gets one of these answers:
        | answer   | meaning                                 |
        | NXDOMAIN | the name does not exist                 |
        | NODATA   | an upstream zone has names below it     |
        | SERVFAIL | the upstream resolver cannot be reached |
        | REFUSED  | the upstream resolver refuses           |
        | nothing  | the upstream resolver does not respond  |

  Rule: The address of a ready endpoint has a PTR record to its name below its headless Service

    Background:
      Given the manifest "specification/headless.yaml"

    @core @spec-2.4.3-a @F03 @F09
    Scenario Outline: The addresses of "<service>" have PTR records to the hostnames
      Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it

      Examples:
        | service  |
        | peers    |
        | shared   |
        | no-ports |

    @core @spec-2.4.3-a @F04 @F09
    Scenario: The address of an endpoint without a hostname has a PTR record to its identifier
      Then the address of every ready endpoint of the Service "anonymous" leads back to a name that answers it

    @core @F06
    Scenario Outline: The address of an unready endpoint of "<service>" has no PTR record
      Then the address of no unready endpoint has a PTR record to a name below the Service "<service>"

      Examples:
        | service   |
        | peers     |
        | anonymous |
        | waiting   |
