Feature: Members that discover each other before they are ready
  The members of a database often wait for each other before they become ready. Their names resolve only if their Service
  has publishNotReadyAddresses, which lists pods that are not ready.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: With publishNotReadyAddresses, members resolve each other before any is ready

    Background:
      Given the manifest "behaviour/bootstrap.yaml"
      And no pod is ready

    @core @spec-2.1-c @D14 @J03
    Scenario: The Service name resolves to every member
      Then the Service "members" answers the addresses of its 3 listed pods, and no other

    @core @D14 @J03
    Scenario: Every member's own name resolves
      Then "member-0.members" answers the address of the pod "member-0", and nothing else
      And "member-2.members" answers the address of the pod "member-2", and nothing else

    @core @D14 @J03
    Scenario: The port has an SRV record for every member
      Then the port "metrics" over TCP of the Service "members" has an SRV record to port 9100 of every listed pod

    @core @J03
    Scenario: A member's address has a PTR record to its name
      Then the address of the pod "member-1" has a PTR record to "member-1.members"

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves its peers by the short name of their Service
      Then a pod resolves "members" to the Service "members" with its first query

  Rule: Without publishNotReadyAddresses, only ready members resolve

    @core @D14 @C04
    Scenario: While no member is ready, no name resolves
      Given the manifest "behaviour/bootstrap-without.yaml"
      And no pod is ready
      Then "members" does not exist
      And "member-0.members" does not exist
      And "_metrics._tcp.members" does not exist

    @core @G18 @J01
    Scenario: A member resolves once it is ready, although it was looked up before
      Given the manifest "behaviour/bootstrap-without.yaml"
      And no pod is ready
      And a client has asked for "members"
      And a client has asked for "member-0.members"
      When 1 pod becomes ready
      Then "member-0.members" answers the address of the pod "member-0", and nothing else
      And the Service "members" answers the addresses of its 1 ready pod, and no other

    @extended @J04
    Scenario: The former annotation for the field has no effect
      Given the manifest "behaviour/old-annotation.yaml"
      And no pod is ready
      Then "members" does not exist

    @extended @D15
    Scenario: In an ordered StatefulSet, the second pod has no name until the first is ready
      Given the manifest "behaviour/ordered.yaml"
      And no pod is ready
      Then "queue-1.queue" does not exist
