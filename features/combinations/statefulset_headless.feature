@statefulset-headless
Feature: A StatefulSet behind a headless Service
  The Service "test-headless-svc" has no virtual IP, is the StatefulSet's serviceName and selects three tomcat pods with
  stable identities: web-0, web-1 and web-2. The Service name resolves to the addresses of the ready pods. Each pod also has
  its own name, which stays the same when the pod is replaced and its address changes. Applications whose members must find
  each other use this combination.

  Names are relative to the scenario's namespace: "web-0.test-headless-svc" is queried as
  web-0.test-headless-svc.<namespace>.svc.<cluster domain>. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-headless-service.yaml"
    And the manifest "combinations/headless-service.yaml"

  Rule: The Service name resolves to the addresses of the ready pods

    @core @spec-2.4.1-a @C01 @C02 @L01 @needs-udp
    Scenario: The Service name resolves to each pod's address once, over UDP and over TCP
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C05
    Scenario: The address family that the Service lacks is NODATA, not NXDOMAIN
      Then the other address family of the Service "test-headless-svc" has no data

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves the headless Service's short name with its first query
      Then a pod resolves "test-headless-svc" to the Service "test-headless-svc" with its first query

    @extended @L15
    Scenario: Whether the order of the addresses varies is the server's choice
      Then the order of the addresses of the Service "test-headless-svc" is observed over 20 queries

  Rule: Every ready pod has its own name

    @core @spec-2.4.1-c @C07 @D01
    Scenario Outline: The pod name of <pod> resolves to that pod's address only
      Then "<pod>.test-headless-svc" answers the address of the pod "<pod>", and nothing else

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @core @C12
    Scenario: At a pod name, the address family that the Service lacks is NODATA, not NXDOMAIN
      Then the other address family of "web-0" below the Service "test-headless-svc" has no data

    @core @C11
    Scenario Outline: Below the Service, a name that no pod has does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name   |
        | web-9  |
        | nosuch |

    @core @D02 @J12
    Scenario: After a pod is replaced, its name resolves only to the new pod's address
      Given a client has asked for "web-0.test-headless-svc"
      When the pod "web-0" is deleted and replaced
      Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C24 @D02
    Scenario: After a restart, every pod name resolves to its new pod
      Given a client has asked for "web-0.test-headless-svc"
      When the StatefulSet "web" is restarted
      Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And "web-2.test-headless-svc" answers the address of the pod "web-2", and nothing else

    @core @D08 @F07
    Scenario: A second Service over the pods does not take or share their names
      When the manifest "combinations/clusterip-service-over-statefulset.yaml" is applied
      Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And the address of the pod "web-0" has a PTR record to "web-0.test-headless-svc"

    @quirk @coredns @C10
    Scenario: CoreDNS does not resolve the dashed address of a pod with its own name
      Then no ready pod of the Service "test-headless-svc" resolves by its dashed address

  Rule: Only ready pods are listed

    @core @spec-2.4.1-b @C04
    Scenario: While no pod is ready, the Service name and the pod names are NXDOMAIN
      Given no pod is ready
      Then the Service "test-headless-svc" has no ready endpoint
      And "test-headless-svc" does not exist
      And "web-0.test-headless-svc" does not exist

    @core @J01
    Scenario: Pods are listed one by one as they become ready, each with its name
      Given no pod is ready
      And a client has asked for "test-headless-svc"
      And a client has asked for "web-1.test-headless-svc"
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other
      And "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And "web-1.test-headless-svc" does not exist
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And "web-1.test-headless-svc" answers the address of the pod "web-1", and nothing else
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other
      And "web-2.test-headless-svc" answers the address of the pod "web-2", and nothing else

    @core @J02 @C06
    Scenario: A pod that becomes unready loses its name, address, SRV and PTR records
      Given a client has asked for "test-headless-svc"
      And a client has asked for "web-1.test-headless-svc"
      And a client has asked for "_metrics._tcp.test-headless-svc"
      When the pod "web-1" becomes unready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And "web-1.test-headless-svc" does not exist
      And the port "metrics" over TCP of the Service "test-headless-svc" has an SRV record to port 9100 of every ready pod
      And the address of no unready pod has a PTR record to a name below the Service "test-headless-svc"

  Rule: The answer follows the set of pods

    Background:
      Given a client has asked for "test-headless-svc"
      And a client has asked for "web-1.test-headless-svc"
      And a client has asked for "web-3.test-headless-svc"

    @core @C03
    Scenario: Scaled up, the new pod's name has the next ordinal
      When the StatefulSet "web" is scaled to 4 replicas
      Then the Service "test-headless-svc" answers the addresses of its 4 ready pods, and no other
      And "web-3.test-headless-svc" answers the address of the pod "web-3", and nothing else

    @core @C03
    Scenario: Scaled down, the names with the highest ordinals no longer exist
      When the StatefulSet "web" is scaled to 1 replica
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other
      And "web-1.test-headless-svc" does not exist
      And "web-2.test-headless-svc" does not exist

    @core @J11 @C04
    Scenario: Scaled to zero, all names are NXDOMAIN; scaled back, they resolve to the new pods
      When the StatefulSet "web" is scaled to 0 replicas
      Then "test-headless-svc" does not exist
      And "web-0.test-headless-svc" does not exist
      When the StatefulSet "web" is scaled to 2 replicas
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And "web-1.test-headless-svc" answers the address of the pod "web-1", and nothing else

  Rule: A named port has an SRV record for every ready pod, with the pod's name

    @core @spec-2.4.2-a @E08 @E09 @E10
    Scenario: A port with equal port and targetPort has one SRV record per pod, to the pod's name
      Then the port "metrics" over TCP of the Service "test-headless-svc" has an SRV record to port 9100 of every ready pod

    @quirk @E10
    Scenario: Where port and targetPort differ, the SRV record's port is the server's choice
      Then the port "http" over TCP of the Service "test-headless-svc" has an SRV record to every ready pod, with one of these port numbers:
        | number | meaning                                             |
        | 80     | the Service's port, as the specification says       |
        | 8080   | the pods' targetPort, which a client can connect to |

    @core @E12
    Scenario: Without a ready pod, a named port does not exist
      Given no pod is ready
      Then "_metrics._tcp.test-headless-svc" does not exist

    @core @E05
    Scenario Outline: A port that the Service lacks does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: A pod's address has a PTR record to its name

    @core @spec-2.4.3-a @F03 @F09
    Scenario Outline: The address of <pod> has a PTR record to its name
      Then the address of the pod "<pod>" has a PTR record to "<pod>.test-headless-svc"

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @core @F06
    Scenario: The address of an unready pod has no PTR record to a name below the Service
      Given no pod is ready
      Then the address of no unready pod has a PTR record to a name below the Service "test-headless-svc"
