Feature: Which pods are endpoints
  A pod is not an endpoint if it is completed, has no address yet, or is no longer selected. A pod is not ready if it is
  terminating or fails its readiness probe.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: A terminating pod is not ready

    @core @C17 @J02
    Scenario: A terminating pod leaves every record at once, however long it takes to end
      Given the manifest "behaviour/slow-to-end.yaml"
      And a client has asked for "leaving"
      And a client has asked for "leaving-1.leaving"
      When the pod "leaving-1" begins to terminate
      Then the Service "leaving" answers the addresses of its 1 ready pod, and no other
      And "leaving-1.leaving" does not exist
      And the port "metrics" over TCP of the Service "leaving" has an SRV record to port 9100 of every ready pod

    @extended @J05
    Scenario: With publishNotReadyAddresses, a terminating pod stays listed
      Given the manifest "behaviour/slow-to-end.yaml"
      When the pod "leaving-1" begins to terminate
      Then the Service "listed" answers the addresses of its 2 listed pods, and no other

  Rule: A pod with a failing readiness probe or a false readiness gate is not ready

    @core @C06
    Scenario: A pod with a failing readiness probe has no address, name or PTR record
      Given the manifest "behaviour/failing-probe.yaml"
      Then the Service "probed" answers the addresses of its 2 ready pods, and no other
      And "healthy.probed" answers the address of the pod "healthy", and nothing else
      And "broken.probed" does not exist
      And the address of no unready pod has a PTR record to a name below the Service "probed"

    @core @C06 @J02
    Scenario: A pod whose readiness gate turns false has no address, name or PTR record
      Given the manifest "behaviour/failing-probe.yaml"
      And a client has asked for "waiting.probed"
      When the pod "waiting" becomes unready
      Then the Service "probed" answers the addresses of its 1 ready pod, and no other
      And "waiting.probed" does not exist
      And the address of no unready pod has a PTR record to a name below the Service "probed"

  Rule: A completed or unscheduled pod is not an endpoint

    @core @J06
    Scenario Outline: A completed pod is not an endpoint of "<service>"
      Given the manifest "behaviour/finished.yaml"
      When the manifest "behaviour/service-after-the-end.yaml" is applied
      Then the Service "<service>" answers the addresses of its 1 ready pod, and no other
      And "over.<service>" does not exist

      Examples:
        | service  |
        | work     |
        | all-work |

    @core @J07
    Scenario Outline: A pod without an address is not an endpoint of "<service>"
      Given the manifest "behaviour/waiting.yaml"
      Then the Service "<service>" answers the addresses of its 1 ready pod, and no other
      And "held.<service>" does not exist

      Examples:
        | service  |
        | work     |
        | all-work |

  Rule: A Service follows its selector and its pods' labels

    Background:
      Given the manifest "behaviour/labels.yaml"
      And a client has asked for "chosen"

    @core @J09
    Scenario: A pod that loses the selected label leaves the answer
      When the manifest "behaviour/labels-lost.yaml" is applied
      Then the Service "chosen" answers the addresses of its 1 ready pod, and no other

    @core @J10
    Scenario: A Service whose selector changes resolves to other pods
      When the manifest "behaviour/selector-changed.yaml" is applied
      Then the Service "chosen" answers the addresses of its 1 ready pod, and no other

  Rule: An endpoint has its pod's address and port numbers

    @extended @B19
    Scenario: A hostNetwork pod resolves to its node's address
      Given pods may use the network of their node
      And the manifest "behaviour/host-network.yaml"
      Then the Service "hosted" answers the addresses of its 1 ready pod, and no other

    @extended @F16 @F05 @coredns
    Scenario: A node's address has PTR records to the endpoints with that address
      Given pods may use the network of their node
      And the manifest "behaviour/host-network.yaml"
      Then the address of every ready pod of the Service "hosted" leads back to a name that answers it

    @extended @E11 @coredns
    Scenario: A named targetPort gives each pod's SRV record that pod's own port number
      Given the manifest "behaviour/named-target-ports.yaml"
      Then the port "web" of the Service "mixed" has an SRV record to every ready pod, with the port number of the pod

    @extended @E11
    Scenario: A pod without the named targetPort is listed all the same
      Given the manifest "behaviour/named-target-ports.yaml"
      Then the Service "mixed" answers the addresses of its 3 ready pods, and no other

  Rule: Hand-written EndpointSlices and Endpoints count

    @extended @J20
    Scenario: Topology hints do not shorten the answer
      Given the manifest "behaviour/hints.yaml"
      Then the Service "zoned" answers the addresses of its 2 ready endpoints, and no other

    @core @J13
    Scenario: An address that moves between Services has a PTR record only to its new name
      Given the manifest "behaviour/one-address.yaml"
      And a client has asked for "f-0.first"
      And a client has asked for "121.2.0.192.in-addr.arpa."
      When the manifest "behaviour/one-address-moved.yaml" is applied
      Then the address of every ready endpoint of the Service "second" leads back to a name that answers it
      And "f-0.first" does not exist
      And "first" does not exist
