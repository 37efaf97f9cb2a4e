@combo-2
Feature: A Deployment behind a headless Service
  Three interchangeable tomcat pods stand behind the Service "test-headless-svc", which has no virtual IP. Its name answers
  the addresses of the pods themselves, of every pod that is ready and of no other, and the client chooses among them. A
  pod of a Deployment has no name of its own to be asked for: only the Service has.

  Names are written here as a client in the same namespace writes them: "test-headless-svc" is asked for by its full name,
  test-headless-svc.<namespace>.svc.<cluster domain>. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "combinations/deployment.yaml"
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

    @core @M02 @needs-pod-resolver
    Scenario: The same client code finds either kind of Service by the same kind of short name
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then a pod finds the Service "test-svc" by the name "test-svc", with its first question
      And a pod finds the Service "test-headless-svc" by the name "test-headless-svc", with its first question

    @extended @L15
    Scenario: Load balancing is the client's business: whether the order of the addresses varies is the server's choice
      Then the order of the addresses of the Service "test-headless-svc" is observed over 20 questions

  Rule: Readiness decides who is listed

    @core @spec-2.4.1-b @C04
    Scenario: While no pod is ready, the Service name is NXDOMAIN
      Given no pod is ready
      Then the Service "test-headless-svc" has no ready endpoint
      And "test-headless-svc" does not exist

    @core @J01
    Scenario: Pods appear one by one as they become ready
      Given no pod is ready
      And a client has asked for "test-headless-svc"
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @J02 @C06
    Scenario: A pod that becomes unready leaves, and its address leads back to no name
      Given a client has asked for "test-headless-svc"
      And a client has asked for "_metrics._tcp.test-headless-svc"
      When 1 pod becomes unready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And the port "metrics" over TCP of the Service "test-headless-svc" is the port 9100 of every ready pod
      And the address of no unready pod leads back to a name below the Service "test-headless-svc"

    @core @E12
    Scenario: Without a ready pod, a named port does not exist
      Given no pod is ready
      Then "_metrics._tcp.test-headless-svc" does not exist

  Rule: The answer follows the pods

    Background:
      Given a client has asked for "test-headless-svc"

    @core @C03
    Scenario: Scaled up and down, the Service name answers as many addresses as there are pods
      When the Deployment "tomcat" is scaled to 4 replicas
      Then the Service "test-headless-svc" answers the addresses of its 4 ready pods, and no other
      When the Deployment "tomcat" is scaled to 1 replica
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other

    @core @J11 @C04
    Scenario: Scaled to zero, the Service name is NXDOMAIN; scaled back, it answers the new pods
      When the Deployment "tomcat" is scaled to 0 replicas
      Then "test-headless-svc" does not exist
      When the Deployment "tomcat" is scaled to 2 replicas
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other

    @core @C24
    Scenario: After a restart, the Service name answers the new pods and none of the old
      When the Deployment "tomcat" is restarted
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C24
    Scenario: After a pod is deleted and replaced, the Service name answers the replacement
      When 1 pod is deleted and replaced
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

  Rule: A pod has an identifier that the server assigns, and no name that a client could guess

    @extended @coredns @B18
    Scenario: The name of a pod is not a DNS name
      Then no pod of the Service "test-headless-svc" is found by its pod name

    @extended @coredns @C09
    Scenario: CoreDNS finds each pod by its address with dashes below the Service
      Then every ready pod of the Service "test-headless-svc" is found by its dashed address

    @core @C11
    Scenario: A name below the Service that no pod has does not exist
      Then "nosuch.test-headless-svc" does not exist

  Rule: A named port is an SRV record for every ready pod

    @core @spec-2.4.2-a @C08 @E08 @E09 @E10
    Scenario: A port that the pods listen on under the same number has one SRV record a pod, each leading to that pod
      Then the port "metrics" over TCP of the Service "test-headless-svc" is the port 9100 of every ready pod

    @quirk @E10
    Scenario: The Service says 80 and the pods listen on 8080: the number in the SRV record is the server's choice
      Then the port "http" over TCP of the Service "test-headless-svc" is at every ready pod, under one of these numbers:
        | number | meaning                                                       |
        | 80     | the Service's port, as the words of the specification have it |
        | 8080   | the pods' own port, to which a client can connect             |

    @core @E05
    Scenario Outline: A port that the Service does not have does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: The address of a pod leads back to it

    @core @spec-2.4.3-a @F04 @F09
    Scenario: The address of every ready pod has a PTR record to a name below the Service, which answers that address
      Then the address of every ready pod of the Service "test-headless-svc" leads back to a name that answers it

    @core @F06
    Scenario: The address of a pod that is not ready leads back to no name below the Service
      Given no pod is ready
      Then the address of no unready pod leads back to a name below the Service "test-headless-svc"
