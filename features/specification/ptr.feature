Feature: Addresses lead back to names
  Sections 2.3.3 and 2.4.3 of the specification.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: A virtual IP leads back to its Service, and to nothing else

    Background:
      Given the manifest "specification/clusterip.yaml"

    @core @spec-2.3.3-a @F01 @F09
    Scenario Outline: The virtual IP of "<service>" leads back to the Service name
      Then the virtual IP of the Service "<service>" leads back to the Service name

      Examples:
        | service |
        | web     |
        | multi   |
        | unnamed |
        | manual  |

    @core @F08
    Scenario Outline: The address <address>, which nothing has, leads back to no name of the cluster
      Then the address <address> leads back to no name of the cluster

      Examples:
        | address          |
        | 192.0.2.254      |
        | 2001:db8::ffff:1 |

    @extended @I12
    Scenario: An IPv4 address written as an IPv6 address is taken for what it stands for, or for nothing
      Then "1.0.0.0.0.6.a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa." of the type PTR is answered in one of these ways:
        | answer   | meaning                                          |
        | PTR      | the server takes it for the IPv4 address         |
        | NXDOMAIN | nobody knows the name                            |
        | SERVFAIL | the server asks others, of whom it reaches none  |
        | REFUSED  | the server asks others, who do not want to know  |
        | nothing  | the server asks others, who do not answer       |

    @extended @F14
    Scenario Outline: A reverse name that spells no address leads to no name of the cluster: <name>
      Then "<name>" leads to no name of the cluster

      Examples:
        | name                       |
        | 300.0.96.10.in-addr.arpa.  |
        | 1.1.0.96.10.in-addr.arpa.  |
        | x.0.96.10.in-addr.arpa.    |
        | 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.ip6.arpa. |

    @quirk @F12
    Scenario: For other types, a server may deny the name of a virtual IP
      Then the reverse name of the virtual IP of the Service "web" of the type A is answered in one of these ways:
        | answer   | meaning                                          |
        | NODATA   | the name exists, as RFC 2308 has it              |
        | NXDOMAIN | the server knows reverse names for PTR alone     |
        | SERVFAIL | the server asks others, of whom it reaches none  |
        | REFUSED  | the server asks others, who do not want to know  |
        | nothing  | the server asks others, who do not answer       |

    @quirk @F13
    Scenario: A server may deny the names above a reverse name
      Then the name above the reverse name of the virtual IP of the Service "web" of the type PTR is answered in one of these ways:
        | answer   | meaning                                            |
        | NODATA   | the name exists, as RFC 8020 has it                |
        | NXDOMAIN | the server knows reverse names of whole addresses  |
        | SERVFAIL | the server asks others, of whom it reaches none    |
        | REFUSED  | the server asks others, who do not want to know    |
        | nothing  | the server asks others, who do not answer       |

    @extended @K17
    Scenario: An unknown reverse name is denied, here or by whoever is asked next
      Then "254.2.0.192.in-addr.arpa." of the type PTR is answered in one of these ways:
        | answer   | meaning                                          |
        | NXDOMAIN | nobody knows the name                            |
        | NODATA   | somebody else has names below it                 |
        | SERVFAIL | the server asks others, of whom it reaches none  |
        | REFUSED  | the server asks others, who do not want to know  |
        | nothing  | the server asks others, who do not answer       |

  Rule: The address of a ready endpoint leads back to its name below its headless Service

    Background:
      Given the manifest "specification/headless.yaml"

    @core @spec-2.4.3-a @F03 @F09
    Scenario Outline: The addresses of "<service>" lead back to the hostnames
      Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it

      Examples:
        | service  |
        | peers    |
        | shared   |
        | no-ports |

    @core @spec-2.4.3-a @F04 @F09
    Scenario: The address of an endpoint without a hostname leads back to the identifier that the server assigned
      Then the address of every ready endpoint of the Service "anonymous" leads back to a name that answers it

    @core @F06
    Scenario Outline: The address of an endpoint of "<service>" that is not ready leads back to nothing
      Then the address of no unready endpoint leads back to a name below the Service "<service>"

      Examples:
        | service   |
        | peers     |
        | anonymous |
        | waiting   |
