@combo-4
Feature: A StatefulSet behind a headless Service
  Three tomcat pods with an identity each, web-0, web-1 and web-2, stand behind the Service "test-headless-svc", which has
  no virtual IP and which the StatefulSet names as its serviceName. The Service name answers the addresses of all ready pods,
  and each pod has a name of its own that stays when the pod is replaced and its address changes. This is the combination
  for applications whose members have to find one another.

  Names are written here as a client in the same namespace writes them: "web-0.test-headless-svc" is asked for by its full
  name, web-0.test-headless-svc.<namespace>.svc.<cluster domain>. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-headless-service.yaml"
    And the manifest "combinations/headless-service.yaml"

  Rule: The Service name is the addresses of the ready pods

    @core @spec-2.4.1-a @C01 @C02 @L01 @needs-udp
    Scenario: The Service name answers the address of every pod, each once, over UDP and over TCP
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C05
    Scenario: The address family that the Service does not have is NODATA and not NXDOMAIN
      Then the other address family of the Service "test-headless-svc" has no data

    @core @M02 @needs-pod-resolver
    Scenario: A pod of the namespace finds the headless Service by its short name, with its first question
      Then a pod finds the Service "test-headless-svc" by the name "test-headless-svc", with its first question

    @extended @L15
    Scenario: Load balancing is the client's business: whether the order of the addresses varies is the server's choice
      Then the order of the addresses of the Service "test-headless-svc" is observed over 20 questions

  Rule: Every ready pod has a name of its own

    @core @spec-2.4.1-c @C07 @D01
    Scenario Outline: The pod name of <pod> answers the address of that pod and of no other
      Then "<pod>.test-headless-svc" answers the address of the pod "<pod>", and nothing else

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @core @C12
    Scenario: At a pod name, the address family that the Service does not have is NODATA and not NXDOMAIN
      Then the other address family of "web-0" below the Service "test-headless-svc" has no data

    @core @C11
    Scenario Outline: A name below the Service that no pod has does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name   |
        | web-9  |
        | nosuch |

    @core @D02 @J12
    Scenario: After a pod is replaced, the same name answers the new pod's address and no longer the old one
      Given a client has asked for "web-0.test-headless-svc"
      When the pod "web-0" is deleted and replaced
      Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C24 @D02
    Scenario: After a restart, every name answers its new pod
      Given a client has asked for "web-0.test-headless-svc"
      When the StatefulSet "web" is restarted
      Then "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And "web-2.test-headless-svc" answers the address of the pod "web-2", and nothing else

    @core @D08 @F07
    Scenario: A second Service over the pods neither has their names nor takes them away
      When the manifest "combinations/clusterip-service-over-statefulset.yaml" is applied
      Then the pod "web-0" has no name below the Service "web-vip"
      And "web-0.test-headless-svc" answers the address of the pod "web-0", and nothing else
      And the address of the pod "web-0" leads back to "web-0.test-headless-svc"

    @quirk @coredns @C10
    Scenario: With a name of its own, a pod is not found by its dashed address in CoreDNS
      Then no ready pod of the Service "test-headless-svc" is found by its dashed address

  Rule: Readiness decides who is listed

    @core @spec-2.4.1-b @C04
    Scenario: While no pod is ready, the Service name and the pod names are NXDOMAIN
      Given no pod is ready
      Then the Service "test-headless-svc" has no ready endpoint
      And "test-headless-svc" does not exist
      And "web-0.test-headless-svc" does not exist

    @core @J01
    Scenario: Pods appear one by one as they become ready, each with its name
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
    Scenario: A pod that becomes unready leaves with its name, its port and its reverse name
      Given a client has asked for "test-headless-svc"
      And a client has asked for "web-1.test-headless-svc"
      And a client has asked for "_metrics._tcp.test-headless-svc"
      When the pod "web-1" becomes unready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And "web-1.test-headless-svc" does not exist
      And the port "metrics" over TCP of the Service "test-headless-svc" is the port 9100 of every ready pod
      And the address of no unready pod leads back to a name below the Service "test-headless-svc"

  Rule: The answer follows the pods

    Background:
      Given a client has asked for "test-headless-svc"
      And a client has asked for "web-1.test-headless-svc"
      And a client has asked for "web-3.test-headless-svc"

    @core @C03
    Scenario: Scaled up, the new pod appears under the next number
      When the StatefulSet "web" is scaled to 4 replicas
      Then the Service "test-headless-svc" answers the addresses of its 4 ready pods, and no other
      And "web-3.test-headless-svc" answers the address of the pod "web-3", and nothing else

    @core @C03
    Scenario: Scaled down, the pods with the highest numbers leave with their names
      When the StatefulSet "web" is scaled to 1 replica
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other
      And "web-1.test-headless-svc" does not exist
      And "web-2.test-headless-svc" does not exist

    @core @J11 @C04
    Scenario: Scaled to zero, all names are NXDOMAIN; scaled back, the same names answer the new pods
      When the StatefulSet "web" is scaled to 0 replicas
      Then "test-headless-svc" does not exist
      And "web-0.test-headless-svc" does not exist
      When the StatefulSet "web" is scaled to 2 replicas
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And "web-1.test-headless-svc" answers the address of the pod "web-1", and nothing else

  Rule: A named port is an SRV record for every ready pod, with the pod's name

    @core @spec-2.4.2-a @E08 @E09 @E10
    Scenario: A port that the pods listen on under the same number has one SRV record a pod, with the pod's name as its target
      Then the port "metrics" over TCP of the Service "test-headless-svc" is the port 9100 of every ready pod

    @quirk @E10
    Scenario: The Service says 80 and the pods listen on 8080: the number in the SRV record is the server's choice
      Then the port "http" over TCP of the Service "test-headless-svc" is at every ready pod, under one of these numbers:
        | number | meaning                                                       |
        | 80     | the Service's port, as the words of the specification have it |
        | 8080   | the pods' own port, to which a client can connect             |

    @core @E12
    Scenario: Without a ready pod, a named port does not exist
      Given no pod is ready
      Then "_metrics._tcp.test-headless-svc" does not exist

    @core @E05
    Scenario Outline: A port that the Service does not have does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: The address of a pod leads back to its name

    @core @spec-2.4.3-a @F03 @F09
    Scenario Outline: The address of <pod> leads back to its name
      Then the address of the pod "<pod>" leads back to "<pod>.test-headless-svc"

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @core @F06
    Scenario: The address of a pod that is not ready leads back to no name below the Service
      Given no pod is ready
      Then the address of no unready pod leads back to a name below the Service "test-headless-svc"
