Feature: Names are case-insensitive
  Section 2.1 of the specification.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  @core @spec-2.1-d @L14
  Scenario: A Service name resolves in any case, cluster domain included
    Then the Service "web" answers the same in any letter case

  @core @L14
  Scenario Outline: "<name>" resolves like "web"
    Then "<name>" answers the virtual IP of the Service "web", and nothing else

    Examples:
      | name |
      | WEB  |
      | wEb  |

  @core @L14
  Scenario: A hostname in capitals resolves
    Then "A-0" below the Service "peers" answers the addresses of the endpoints with that hostname, and no other

  @core @spec-2.1-d @L14
  Scenario: The PTR record of a virtual IP is found in any case
    Then the virtual IP of the Service "web" has one PTR record, to the Service name, in any letter case

  @core @spec-2.1-d @L14
  Scenario Outline: The PTR record of an endpoint is found in any case: <family>
    Given the manifest "specification/ipv6.yaml"
    Then the address of every ready endpoint of the Service "<service>" leads back to a name that answers it, in any letter case

    Examples:
      | family | service |
      | IPv4   | peers   |
      | IPv6   | six     |

  @core @G16
  Scenario Outline: A response keeps the case of the question: <name>
    Then the response for "<name>", type A, repeats the question unchanged

    Examples:
      | name |
      | web  |
      | WeB  |
      | NoPe |

  @core @G05 @L14
  Scenario: A missing name does not exist in capitals either
    Then "NOPE" does not exist

  @quirk @G19
  Scenario: Whether the zone's own names are case-sensitive is the server's choice
    Then a query for "ns.DNS.cluster.local", type A, gets one of these answers:
      | answer   | meaning                                    |
      | A        | the server compares without regard to case |
      | NODATA   | the name exists, with other records        |
      | NXDOMAIN | the server compares with regard to case    |

  @quirk @E24
  Scenario: The case of an SRV target is the server's choice
    Then it is observed whether the response for "_http._tcp.WEB", type SRV, spells its targets in lower case
