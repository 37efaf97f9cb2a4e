Feature: Which pods are endpoints
  Pods that are over, that have no address yet, or that the Service no longer selects are not endpoints; pods that end or
  fail their readiness probe are not ready.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: A pod that ends is no longer ready

    @core @C17 @J02
    Scenario: A pod that takes its time to end is left out at once, everywhere
      Given the manifest "behaviour/slow-to-end.yaml"
      And a client has asked for "leaving"
      And a client has asked for "leaving-1.leaving"
      When the pod "leaving-1" begins to terminate
      Then the Service "leaving" answers the addresses of its 1 ready pod, and no other
      And "leaving-1.leaving" does not exist
      And the port "metrics" over TCP of the Service "leaving" is the port 9100 of every ready pod

    @extended @J05
    Scenario: With publishNotReadyAddresses, a pod stays listed while it ends
      Given the manifest "behaviour/slow-to-end.yaml"
      When the pod "leaving-1" begins to terminate
      Then the Service "listed" answers the addresses of its 2 listed pods, and no other

  Rule: A pod whose readiness probe fails, or whose readiness gate is closed, is not ready

    @core @C06
    Scenario: A pod whose readiness probe fails is left out, with its name and its reverse name
      Given the manifest "behaviour/failing-probe.yaml"
      Then the Service "probed" answers the addresses of its 2 ready pods, and no other
      And "healthy.probed" answers the address of the pod "healthy", and nothing else
      And "broken.probed" does not exist
      And the address of no unready pod leads back to a name below the Service "probed"

    @core @C06 @J02
    Scenario: A pod whose readiness gate closes is left out as well
      Given the manifest "behaviour/failing-probe.yaml"
      And a client has asked for "waiting.probed"
      When the pod "waiting" becomes unready
      Then the Service "probed" answers the addresses of its 1 ready pod, and no other
      And "waiting.probed" does not exist
      And the address of no unready pod leads back to a name below the Service "probed"

  Rule: A pod that is over, or was never given a node, is no endpoint

    @core @J06
    Scenario Outline: A pod that is over is no endpoint of "<service>"
      Given the manifest "behaviour/finished.yaml"
      When the manifest "behaviour/service-after-the-end.yaml" is applied
      Then the Service "<service>" answers the addresses of its 1 ready pod, and no other
      And "over.<service>" does not exist

      Examples:
        | service  |
        | work     |
        | all-work |

    @core @J07
    Scenario Outline: A pod without an address is no endpoint of "<service>"
      Given the manifest "behaviour/waiting.yaml"
      Then the Service "<service>" answers the addresses of its 1 ready pod, and no other
      And "held.<service>" does not exist

      Examples:
        | service  |
        | work     |
        | all-work |

  Rule: A Service selects by labels, whenever they change

    Background:
      Given the manifest "behaviour/labels.yaml"
      And a client has asked for "chosen"

    @core @J09
    Scenario: A pod that loses the label is no longer listed
      When the manifest "behaviour/labels-lost.yaml" is applied
      Then the Service "chosen" answers the addresses of its 1 ready pod, and no other

    @core @J10
    Scenario: A Service with another selector answers other pods
      When the manifest "behaviour/selector-changed.yaml" is applied
      Then the Service "chosen" answers the addresses of its 1 ready pod, and no other

  Rule: The address of an endpoint is the pod's, whatever it is

    @extended @B19
    Scenario: A pod in the network of its node is listed with the node's address
      Given the manifest "behaviour/host-network.yaml"
      Then the Service "hosted" answers the addresses of its 1 ready pod, and no other

    @extended @F16 @F05 @coredns
    Scenario: The address of a node leads back to the names of the endpoints it carries
      Given the manifest "behaviour/host-network.yaml"
      Then the address of every ready pod of the Service "hosted" leads back to a name that answers it

    @extended @E11 @coredns
    Scenario: Where targetPort is a name, each pod has the number that it gives the name
      Given the manifest "behaviour/named-target-ports.yaml"
      Then the port "web" of the Service "mixed" is, for every ready pod, the number that the pod gives it

    @extended @E11
    Scenario: A pod that does not know the name of the port is listed all the same
      Given the manifest "behaviour/named-target-ports.yaml"
      Then the Service "mixed" answers the addresses of its 3 ready pods, and no other

  Rule: EndpointSlices and Endpoints written by hand count as they are

    @extended @C19
    Scenario: A legacy Endpoints object is answered like EndpointSlices
      Given the manifest "behaviour/legacy-endpoints.yaml"
      Then the Service "legacy" answers the addresses of its 1 ready endpoint, and no other
      And "l-0" below the Service "legacy" answers the addresses of the endpoints of that hostname, and no other
      And "l-1.legacy" does not exist

    @extended @J20
    Scenario: Hints for zones leave the answer whole
      Given the manifest "behaviour/hints.yaml"
      Then the Service "zoned" answers the addresses of its 2 ready endpoints, and no other

    @core @J13
    Scenario: An address that passes from one Service to another leads back to the new name alone
      Given the manifest "behaviour/one-address.yaml"
      And a client has asked for "f-0.first"
      And a client has asked for "121.2.0.192.in-addr.arpa."
      When the manifest "behaviour/one-address-moved.yaml" is applied
      Then the address of every ready endpoint of the Service "second" leads back to a name that answers it
      And "f-0.first" does not exist
      And "first" does not exist
