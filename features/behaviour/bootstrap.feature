Feature: Members that look for each other before they are ready
  A database that waits for its peers before it is ready is found by nobody, unless its Service lists pods that are not
  ready: publishNotReadyAddresses.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: With publishNotReadyAddresses, members find each other before any is ready

    Background:
      Given the manifest "behaviour/bootstrap.yaml"
      And no pod is ready

    @core @spec-2.1-c @D14 @J03
    Scenario: The Service name answers every member
      Then the Service "members" answers the addresses of its 3 listed pods, and no other

    @core @D14 @J03
    Scenario: Every member has its name
      Then "member-0.members" answers the address of the pod "member-0", and nothing else
      And "member-2.members" answers the address of the pod "member-2", and nothing else

    @core @D14 @J03
    Scenario: The port lists every member
      Then the port "metrics" over TCP of the Service "members" is the port 9100 of every listed pod

    @core @J03
    Scenario: The address of a member leads back to its name
      Then the address of the pod "member-1" leads back to "member-1.members"

    @core @D14 @M02 @needs-pod-resolver
    Scenario: A pod finds its peers by the short name of their Service
      Then a pod finds the Service "members" by the name "members", with its first question

  Rule: Without it, nobody is found

    @core @D14 @C04
    Scenario: Without the field, the members wait for each other in vain
      Given the manifest "behaviour/bootstrap-without.yaml"
      And no pod is ready
      Then "members" does not exist
      And "member-0.members" does not exist
      And "_metrics._tcp.members" does not exist

    @core @G18 @J01
    Scenario: A member is found as soon as it is ready, though it was asked for before
      Given the manifest "behaviour/bootstrap-without.yaml"
      And no pod is ready
      And a client has asked for "members"
      And a client has asked for "member-0.members"
      When 1 pod becomes ready
      Then "member-0.members" answers the address of the pod "member-0", and nothing else
      And the Service "members" answers the addresses of its 1 ready pod, and no other

    @extended @J04
    Scenario: The annotation that stood for the field once has no effect
      Given the manifest "behaviour/old-annotation.yaml"
      And no pod is ready
      Then "members" does not exist

    @extended @D15
    Scenario: In an ordered StatefulSet, the second pod has no name while the first is not ready
      Given the manifest "behaviour/ordered.yaml"
      And no pod is ready
      Then "queue-1.queue" does not exist
