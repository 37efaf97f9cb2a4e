@needs-dual-stack
Feature: Services of two address families
  Sections 2.3.1 and 2.3.3 of the specification for Services with virtual IPs of both families.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: A virtual IP of each family

    Background:
      Given the manifest "specification/dual-stack.yaml"

    @core @spec-2.3.1-a @spec-2.3.1-b @I01
    Scenario: The Service name answers one A and one AAAA record
      Then the Service "dual" answers one A and one AAAA record, its virtual IPs

    @core @I03
    Scenario Outline: The order of the families makes no difference: <service>
      Then the Service "<service>" answers one A and one AAAA record, its virtual IPs

      Examples:
        | service  |
        | dual-4-6 |
        | dual-6-4 |

    @core @spec-2.3.1-b @I02
    Scenario: A Service of IPv6 alone answers AAAA, and has no data of the type A
      Then the Service "only-6" answers its virtual IP, and nothing else
      And "only-6" has no data of the type A
      And the port "http" over TCP of the Service "only-6" is the port 80 of the Service name

    @core @spec-2.3.3-a @spec-2.3.3-b @F02 @I05
    Scenario Outline: Each virtual IP of "<service>" leads back to the Service name
      Then the virtual IP of the Service "<service>" leads back to the Service name

      Examples:
        | service  |
        | dual     |
        | dual-6-4 |
        | only-6   |

    @core @I06
    Scenario: Two virtual IPs make no second SRV record
      Then the port "http" over TCP of the Service "dual" is the port 80 of the Service name

  Rule: A Service may gain a family

    @extended @I09
    Scenario: A Service that gains the second family answers both
      Given the manifest "specification/single-stack.yaml"
      And a client has asked for "growing"
      When the manifest "specification/single-stack-grown.yaml" is applied
      Then the Service "growing" answers one A and one AAAA record, its virtual IPs

  Rule: Pods of both families behind a headless Service

    Background:
      Given the manifest "behaviour/dual-stack-pods.yaml"

    @core @I04
    Scenario: The Service name answers the A and AAAA records of all pods
      Then the Service "pair" answers the addresses of its 2 ready pods, and no other

    @core @I04
    Scenario: A pod's name answers both its addresses
      Then "pair-0" below the Service "pair" answers the addresses of the endpoints of that hostname, and no other

    @core @F17 @I05
    Scenario: Both addresses of a pod lead back to its name
      Then the address of the pod "pair-1" leads back to "pair-1.pair"

    @core @I06
    Scenario: A pod with a name has one SRV record a port
      Then the port "metrics" over TCP of the Service "pair" is the port 9100 of every ready pod

    @extended @I07
    Scenario: Pods without names are found by their SRV targets, in both families
      Then the Service "loose" answers the addresses of its 2 ready pods, and no other
      And the port "metrics" over TCP of the Service "loose" is the port 9100 of every ready pod
