Feature: Headless Services
  Section 2.4.1 of the specification: the name of a Service without a virtual IP resolves to its ready endpoints. The
  Endpoints here are written by hand and have an endpoint of every shape.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/headless.yaml"

  Rule: The Service name resolves to the addresses of the ready endpoints

    @core @spec-2.4.1-a @C01 @C02 @C19
    Scenario Outline: "<service>" resolves to each of its ready endpoints once
      Then the Service "<service>" answers the addresses of its <endpoints>, and no other

      Examples:
        | service      | endpoints         |
        | peers        | 3 ready endpoints |
        | anonymous    | 2 ready endpoints |
        | shared       | 2 ready endpoints |
        | subsets      | 2 ready endpoints |
        | unnamed-port | 1 ready endpoint  |

    @core @spec-2.1-c @C06
    Scenario: An unready endpoint has no address, name or PTR record
      Then the Service "peers" answers the addresses of its 3 ready endpoints, and no other
      And "a-2.peers" does not exist
      And the address of no unready endpoint has a PTR record to a name below the Service "peers"

    @core @C14
    Scenario: A Service without ports resolves to its endpoints all the same
      Then the Service "no-ports" answers the addresses of its 1 ready endpoint, and no other
      And "np-0" below the Service "no-ports" answers the addresses of the endpoints with that hostname, and no other

    @core @C05 @G06
    Scenario: The address family that no endpoint has is NODATA
      Then the other address family of the Service "peers" has no data

  Rule: Without a ready endpoint, the Service name does not exist

    @core @spec-2.4.1-b @spec-2.4.1-f @C04
    Scenario Outline: <kind> does not exist
      Then "<service>" does not exist

      Examples:
        | kind                                    | service |
        | A Service whose selector matches no pod | nobody  |
        | A Service with only an unready endpoint | waiting |

    @core @C04
    Scenario Outline: Without a ready endpoint, the Service name is NXDOMAIN for the type <type>
      Then "waiting" does not exist for the type <type> either

      Examples:
        | type  |
        | MX    |
        | CNAME |
        | HTTPS |

  Rule: Each hostname is a name below the Service

    @core @spec-2.1-a @spec-2.4.1-c @C07 @C19
    Scenario Outline: The hostname <hostname> resolves to its endpoint only
      Then "<hostname>" below the Service "peers" answers the addresses of the endpoints with that hostname, and no other

      Examples:
        | hostname |
        | a-0      |
        | a-1      |

    @core @spec-2.4.1-d @C13
    Scenario: A hostname that two endpoints share resolves to both addresses
      Then "same" below the Service "shared" answers the addresses of the endpoints with that hostname, and no other

    @core @C12 @G06
    Scenario: At a hostname, the address family that the endpoint lacks is NODATA
      Then the other address family of "a-0" below the Service "peers" has no data

    @core @C11
    Scenario Outline: A label that no endpoint has does not exist: <name>
      Then "<name>" does not exist

      Examples:
        | name         |
        | nosuch.peers |
        | a-9.peers    |
        | a-0.shared   |

    @extended @A12
    Scenario: Nothing exists below the name of an endpoint
      Then "x.a-0.peers" does not exist

    @core @spec-2.1-b @C08 @E09
    Scenario: Each endpoint without a hostname has a server-assigned identifier of its own
      Then the port "metrics" over TCP of the Service "anonymous" has an SRV record to port 9100 of every ready endpoint

    @extended @D13
    Scenario: A hostname of 63 characters resolves to its endpoint
      Then "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" below the Service "long" answers the addresses of the endpoints with that hostname, and no other
      And the port "metrics" over TCP of the Service "long" has an SRV record to port 9100 of every ready endpoint
