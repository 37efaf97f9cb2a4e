Feature: The Service that a StatefulSet names
  A StatefulSet's serviceName decides below which Service its pods have names, and below no other.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  @core @D06
  Scenario: Where serviceName differs from the Service's name, the pods have no names below the Service
    Given the manifest "behaviour/wrong-service-name.yaml"
    Then the pod "db-0" has no name below the Service "db"
    And "db-0.db-wrong" does not exist

  @core @D06 @C08
  Scenario: Where serviceName differs from the Service's name, the Service lists the pods by identifiers
    Given the manifest "behaviour/wrong-service-name.yaml"
    Then the Service "db" answers the addresses of its 2 ready pods, and no other
    And the port "metrics" over TCP of the Service "db" is the port 9100 of every ready pod

  @core @D07
  Scenario: Where serviceName names a Service that does not exist, the pods have no names
    Given the manifest "behaviour/service-to-come.yaml"
    Then "db-0.db" does not exist
    And "db" does not exist

  @core @D07 @G18
  Scenario: As soon as the Service comes, the pods have their names
    Given the manifest "behaviour/service-to-come.yaml"
    And a client has asked for "db-0.db"
    When the manifest "behaviour/service-that-came.yaml" is applied
    Then "db-0.db" answers the address of the pod "db-0", and nothing else
    And the Service "db" answers the addresses of its 2 ready pods, and no other

  @extended @D12
  Scenario: Names follow ordinals that do not begin at zero
    Given the manifest "behaviour/ordinals.yaml"
    Then "late-5.late" answers the address of the pod "late-5", and nothing else
    And "late-6.late" answers the address of the pod "late-6", and nothing else
    And "late-0.late" does not exist
