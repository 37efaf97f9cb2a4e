Feature: Several Services over the same pods
  Each Service has its own name and its own ports. A pod has a name only below the Service that is its subdomain.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-headless-service.yaml"
    And the manifest "combinations/headless-service.yaml"
    And the manifest "behaviour/two-headless.yaml"
    And the manifest "combinations/clusterip-service-over-statefulset.yaml"

  @core @C01
  Scenario Outline: Each headless Service resolves to all pods: <service>
    Then the Service "<service>" answers the addresses of its 3 ready pods, and no other

    Examples:
      | service           |
      | test-headless-svc |
      | test-headless-too |

  @core @B01
  Scenario: The ClusterIP Service resolves to its virtual IP
    Then the Service "web-vip" answers its virtual IP, and nothing else

  @core @D08
  Scenario: The pods have no names below another headless Service
    Then the pod "web-0" has no name below the Service "test-headless-too"
    And the pod "web-1" has no name below the Service "test-headless-too"

  @extended @D16
  Scenario: The pods have no names below a ClusterIP Service that is not their subdomain
    Then the pod "web-0" has no name below the Service "web-vip"
    And the pod "web-1" has no name below the Service "web-vip"

  @core @D08 @D01
  Scenario: The pods keep their names below the Service that is their subdomain
    Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else

  @core @E08 @C08
  Scenario: At the other headless Service, SRV targets are server-assigned identifiers
    Then the port "metrics" over TCP of the Service "test-headless-too" has an SRV record to port 9100 of every ready pod

  @core @F07
  Scenario Outline: The address of <pod> has a PTR record to its name, among others
    Then the address of the pod "<pod>" has a PTR record to "<pod>.test-headless-svc"

    Examples:
      | pod   |
      | web-0 |
      | web-1 |
      | web-2 |

  @core @F07 @F04
  Scenario: Every pod's address also has a PTR record to its identifier below the other Service
    Then the address of every ready pod of the Service "test-headless-too" leads back to a name that answers it
