Feature: The Service that a StatefulSet names
  A StatefulSet's serviceName names the one Service below which its pods have names.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  @core @D06
  Scenario: With another serviceName, the pods have no names below the Service
    Given the manifest "behaviour/wrong-service-name.yaml"
    Then the pod "db-0" has no name below the Service "db"
    And "db-0.db-wrong" does not exist

  @core @D06 @C08
  Scenario: With another serviceName, the Service lists the pods by server-assigned identifiers
    Given the manifest "behaviour/wrong-service-name.yaml"
    Then the Service "db" answers the addresses of its 2 ready pods, and no other
    And the port "metrics" over TCP of the Service "db" has an SRV record to port 9100 of every ready pod

  @core @D07
  Scenario: While the Service named by serviceName is missing, the pods have no names
    Given the manifest "behaviour/service-to-come.yaml"
    Then "db-0.db" does not exist
    And "db" does not exist

  @core @D07 @G18
  Scenario: Once the Service named by serviceName is created, the pods have their names
    Given the manifest "behaviour/service-to-come.yaml"
    And a client has asked for "db-0.db"
    When the manifest "behaviour/service-that-came.yaml" is applied
    Then "db-0.db" answers the address of the pod "db-0", and nothing else
    And the Service "db" answers the addresses of its 2 ready pods, and no other

  @extended @D12
  Scenario: Names follow ordinals that do not start at zero
    Given the manifest "behaviour/ordinals.yaml"
    Then "late-5.late" answers the address of the pod "late-5", and nothing else
    And "late-6.late" answers the address of the pod "late-6", and nothing else
    And "late-0.late" does not exist
