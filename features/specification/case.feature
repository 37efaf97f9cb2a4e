Feature: Names are compared without regard to case
  Section 2.1 of the specification.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  @core @spec-2.1-d @L14
  Scenario: A Service is found in whatever case it is asked for, the cluster domain included
    Then the Service "web" answers the same in whatever case it is asked for

  @core @L14
  Scenario Outline: A Service may be written "<name>"
    Then "<name>" answers the virtual IP of the Service "web", and nothing else

    Examples:
      | name |
      | WEB  |
      | wEb  |

  @core @L14
  Scenario: A hostname may be written in capitals
    Then "A-0" below the Service "peers" answers the addresses of the endpoints of that hostname, and no other

  @core @spec-2.1-d @L14
  Scenario: A virtual IP leads back to its Service in whatever case it is asked for
    Then the virtual IP of the Service "web" leads back to the Service name, in whatever case its reverse name is asked for

  @core @spec-2.1-d @L14
  Scenario Outline: An endpoint's address leads back in whatever case it is asked for: <family>
    Given the manifest "specification/ipv6.yaml"
    Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it, in whatever case its reverse name is asked for

    Examples:
      | family | service |
      | IPv4   | peers   |
      | IPv6   | six     |

  @core @G16
  Scenario Outline: The question comes back in the case it was asked in: <name>
    Then the answer to "<name>" of the type A repeats the question as it was asked

    Examples:
      | name |
      | web  |
      | WeB  |
      | NoPe |

  @core @G05 @L14
  Scenario: A name that does not exist does not exist in capitals either
    Then "NOPE" does not exist

  @quirk @G19
  Scenario: The names of the zone itself may be compared with regard to case
    Then "ns.DNS.cluster.local" of the type A is answered in one of these ways:
      | answer   | meaning                                   |
      | A        | the server has an address of its own here |
      | NODATA   | the server has another address            |
      | NXDOMAIN | the server has no such name               |

  @quirk @E24
  Scenario: In which case a target is spelled is the server's choice
    Then whether the answer to "_http._tcp.WEB" of the type SRV spells its targets in lower case is observed
