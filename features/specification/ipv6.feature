Feature: Headless Services with IPv6 endpoints
  Sections 2.4.1 to 2.4.3 of the specification for IPv6. A headless Service without a selector may have endpoints of either
  family on any cluster.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/ipv6.yaml"

  Rule: AAAA follows the same rules as A

    @core @spec-2.4.1-e @C01
    Scenario: The Service name has the AAAA record of every ready endpoint
      Then the Service "six" answers the addresses of its 2 ready endpoints, and no other

    @core @C05
    Scenario: With IPv6 endpoints only, the type A is NODATA
      Then "six" has no data for the type A

    @core @spec-2.4.1-f @C04
    Scenario: Without a ready endpoint, the Service name is NXDOMAIN for AAAA too
      Then "six-waiting" does not exist

    @core @spec-2.4.1-g @C07
    Scenario Outline: The hostname <hostname> has its endpoint's AAAA record only
      Then "<hostname>" below the Service "six" answers the addresses of the endpoints with that hostname, and no other

      Examples:
        | hostname |
        | s-0      |
        | s-1      |

    @core @spec-2.4.1-h @C13
    Scenario: A hostname that two endpoints share has both AAAA records
      Then "same" below the Service "six-shared" answers the addresses of the endpoints with that hostname, and no other

    @core @spec-2.4.2-a @E08 @E09
    Scenario Outline: The port of "<service>" has an SRV record for every ready endpoint
      Then the port "metrics" over TCP of the Service "<service>" has an SRV record to port 9100 of every ready endpoint

      Examples:
        | service       |
        | six           |
        | six-shared    |
        | six-anonymous |

    @core @spec-2.4.3-b @F03
    Scenario: The address of every endpoint with a hostname has a PTR record to it
      Then the address of every ready endpoint of the Service "six" leads back to a name that answers it

    @core @spec-2.4.3-b @F04 @F09
    Scenario: The address of every endpoint without a hostname has a PTR record to its identifier
      Then the address of every ready endpoint of the Service "six-anonymous" leads back to a name that answers it

    @core @F06
    Scenario: The address of an unready endpoint has no PTR record
      Then the address of no unready endpoint has a PTR record to a name below the Service "six"
