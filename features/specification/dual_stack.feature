@needs-dual-stack
Feature: Dual-stack Services
  Sections 2.3.1 and 2.3.3 of the specification for Services with addresses of both families.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: A dual-stack Service has a virtual IP of each family

    Background:
      Given the manifest "specification/dual-stack.yaml"

    @core @spec-2.3.1-a @spec-2.3.1-b @I01
    Scenario: The Service name has one A and one AAAA record
      Then the Service "dual" answers one A and one AAAA record, its virtual IPs

    @core @I03
    Scenario Outline: The order of the families makes no difference: <service>
      Then the Service "<service>" answers one A and one AAAA record, its virtual IPs

      Examples:
        | service  |
        | dual-4-6 |
        | dual-6-4 |

    @core @spec-2.3.1-b @I02
    Scenario: An IPv6-only Service has an AAAA record and is NODATA for A
      Then the Service "only-6" answers its virtual IP, and nothing else
      And "only-6" has no data for the type A
      And the port "http" over TCP of the Service "only-6" has one SRV record, to port 80 of the Service name

    @core @spec-2.3.3-a @spec-2.3.3-b @F02 @I05
    Scenario Outline: Each virtual IP of "<service>" has one PTR record, to the Service name
      Then the virtual IP of the Service "<service>" has one PTR record, to the Service name

      Examples:
        | service  |
        | dual     |
        | dual-6-4 |
        | only-6   |

    @core @I06
    Scenario: A port has one SRV record despite two virtual IPs
      Then the port "http" over TCP of the Service "dual" has one SRV record, to port 80 of the Service name

  Rule: A Service may gain a family

    @extended @I09
    Scenario: A Service that gains a second family resolves in both
      Given the manifest "specification/single-stack.yaml"
      And a client has asked for "growing"
      When the manifest "specification/single-stack-grown.yaml" is applied
      Then the Service "growing" answers one A and one AAAA record, its virtual IPs

  Rule: A headless Service has the addresses of both families

    Background:
      Given the manifest "behaviour/dual-stack-pods.yaml"

    @extended @I04
    Scenario: The Service name has the A and AAAA records of all pods
      Then the Service "pair" answers the addresses of its 2 ready pods, and no other

    @extended @I04
    Scenario: A pod's name resolves to both its addresses
      Then "pair-0" below the Service "pair" answers the addresses of the endpoints with that hostname, and no other

    @extended @F17
    Scenario: Both addresses of a pod have PTR records to its name
      Then the address of the pod "pair-1" has a PTR record to "pair-1.pair"

    @extended @I14
    Scenario: A pod with a name has one SRV record per port
      Then the port "metrics" over TCP of the Service "pair" has an SRV record to port 9100 of every ready pod

    @extended @I07
    Scenario: The SRV targets of pods without names resolve in both families
      Then the Service "loose" answers the addresses of its 2 ready pods, and no other
      And the port "metrics" over TCP of the Service "loose" has an SRV record to port 9100 of every ready pod
