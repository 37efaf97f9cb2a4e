Feature: A headless Service with IPv6 endpoints
  Sections 2.4.1 to 2.4.3 of the specification for IPv6. A headless Service without a selector may have endpoints of either
  family on any cluster.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/ipv6.yaml"

  Rule: What holds for A holds for AAAA

    @core @spec-2.4.1-e @C01
    Scenario: The Service name answers the AAAA record of every ready endpoint
      Then the Service "six" answers the addresses of its 2 ready endpoints, and no other

    @core @C05
    Scenario: Endpoints of IPv6 alone leave no data of the type A
      Then "six" has no data of the type A

    @core @spec-2.4.1-f @C04
    Scenario: Without a ready endpoint, the name does not exist for AAAA either
      Then "six-waiting" does not exist

    @core @spec-2.4.1-g @C07
    Scenario Outline: The hostname <hostname> answers its AAAA record and no other
      Then "<hostname>" below the Service "six" answers the addresses of the endpoints of that hostname, and no other

      Examples:
        | hostname |
        | s-0      |
        | s-1      |

    @core @spec-2.4.1-h @C13
    Scenario: A hostname that two endpoints share answers both AAAA records
      Then "same" below the Service "six-shared" answers the addresses of the endpoints of that hostname, and no other

    @core @spec-2.4.2-a @E08 @E09
    Scenario Outline: The port of "<service>" is an SRV record for every ready endpoint
      Then the port "metrics" over TCP of the Service "<service>" is the port 9100 of every ready endpoint

      Examples:
        | service       |
        | six           |
        | six-shared    |
        | six-anonymous |

    @core @spec-2.4.3-b @F03
    Scenario: The address of every endpoint with a hostname leads back to it
      Then the address of every ready endpoint of the Service "six" leads back to a name that answers it

    @core @spec-2.4.3-b @F04 @F09
    Scenario: The address of every endpoint without a hostname leads back to its identifier
      Then the address of every ready endpoint of the Service "six-anonymous" leads back to a name that answers it

    @core @F06
    Scenario: The address of an endpoint that is not ready leads back to nothing
      Then the address of no unready endpoint leads back to a name below the Service "six"

  Rule: Both families stand side by side under one name

    @core @I04
    Scenario: A Service of both families answers all endpoints of each
      Then the Service "both" answers the addresses of its 2 ready endpoints, and no other

    @core @I04
    Scenario Outline: The hostname <hostname> answers the addresses of both families
      Then "<hostname>" below the Service "both" answers the addresses of the endpoints of that hostname, and no other

      Examples:
        | hostname |
        | d-0      |
        | d-1      |

    @core @I06 @spec-2.4.2-b
    Scenario: Two families make no second SRV record
      Then the port "metrics" over TCP of the Service "both" is the port 9100 of every ready endpoint

    @core @I05 @F17
    Scenario: The addresses of both families lead back to the same hostname
      Then the address of every ready endpoint of the Service "both" leads back to a name that answers it

    @extended @I10
    Scenario: With ready endpoints of one family, the other has no data
      Then "half" has no data of the type A
      And "h-0.half" has no data of the type A
