Feature: Several Services over the same pods
  Each Service answers for itself: its own name, its own ports. Names below it have only the pods that ask for it.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-headless-service.yaml"
    And the manifest "combinations/headless-service.yaml"
    And the manifest "behaviour/two-headless.yaml"
    And the manifest "combinations/clusterip-service-over-statefulset.yaml"

  @core @C01
  Scenario Outline: Each headless Service answers all pods: <service>
    Then the Service "<service>" answers the addresses of its 3 ready pods, and no other

    Examples:
      | service           |
      | test-headless-svc |
      | test-headless-too |

  @core @B01
  Scenario: The ClusterIP Service answers its virtual IP
    Then the Service "web-vip" answers its virtual IP, and nothing else

  @core @D08
  Scenario Outline: The pods have no names below <service>
    Then the pod "web-0" has no name below the Service "<service>"
    And the pod "web-1" has no name below the Service "<service>"

    Examples:
      | service           |
      | test-headless-too |
      | web-vip           |

  @core @D08 @D01
  Scenario: The pods keep their names below the Service that their subdomain names
    Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else

  @core @E08 @C08
  Scenario: Below the other headless Service, the port leads to identifiers
    Then the port "metrics" over TCP of the Service "test-headless-too" is the port 9100 of every ready pod

  @core @F07
  Scenario Outline: The address of <pod> leads back to its name, among others
    Then the address of the pod "<pod>" leads back to "<pod>.test-headless-svc"

    Examples:
      | pod   |
      | web-0 |
      | web-1 |
      | web-2 |

  @core @F07 @F04
  Scenario: The address of every pod leads back to its identifier below the other Service as well
    Then the address of every ready pod of the Service "test-headless-too" leads back to a name that answers it
