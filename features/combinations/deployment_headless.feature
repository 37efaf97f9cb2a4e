@deployment-headless
Feature: A Deployment behind a headless Service
  The Service "test-headless-svc" has no virtual IP and selects three interchangeable tomcat pods. Its name resolves to the
  addresses of the ready pods, and the client chooses among them. A pod of a Deployment has no DNS name that a client can
  rely on: only the Service has one.

  Names are relative to the scenario's namespace: "test-headless-svc" is queried as test-headless-svc.<namespace>.svc.<cluster domain>.
  Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "combinations/deployment.yaml"
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

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves the short names of both kinds of Service in the same way
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then a pod resolves "test-svc" to the Service "test-svc" with its first query
      And a pod resolves "test-headless-svc" to the Service "test-headless-svc" with its first query

    @extended @L15
    Scenario: Whether the order of the addresses varies is the server's choice
      Then the order of the addresses of the Service "test-headless-svc" is observed over 20 queries

  Rule: Only ready pods are listed

    @core @spec-2.4.1-b @C04
    Scenario: While no pod is ready, the Service name is NXDOMAIN
      Given no pod is ready
      Then the Service "test-headless-svc" has no ready endpoint
      And "test-headless-svc" does not exist

    @core @J01
    Scenario: Pods are listed one by one as they become ready
      Given no pod is ready
      And a client has asked for "test-headless-svc"
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      When 1 pod becomes ready
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @J02 @C06
    Scenario: A pod that becomes unready loses its address, SRV and PTR records
      Given a client has asked for "test-headless-svc"
      And a client has asked for "_metrics._tcp.test-headless-svc"
      When 1 pod becomes unready
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other
      And the port "metrics" over TCP of the Service "test-headless-svc" has an SRV record to port 9100 of every ready pod
      And the address of no unready pod has a PTR record to a name below the Service "test-headless-svc"

    @core @E12
    Scenario: Without a ready pod, a named port does not exist
      Given no pod is ready
      Then "_metrics._tcp.test-headless-svc" does not exist

  Rule: The answer follows the set of pods

    Background:
      Given a client has asked for "test-headless-svc"

    @core @C03
    Scenario: Scaled up or down, the Service name resolves to as many addresses as there are pods
      When the Deployment "tomcat" is scaled to 4 replicas
      Then the Service "test-headless-svc" answers the addresses of its 4 ready pods, and no other
      When the Deployment "tomcat" is scaled to 1 replica
      Then the Service "test-headless-svc" answers the addresses of its 1 ready pod, and no other

    @core @J11 @C04
    Scenario: Scaled to zero, the Service name is NXDOMAIN; scaled back, it resolves to the new pods
      When the Deployment "tomcat" is scaled to 0 replicas
      Then "test-headless-svc" does not exist
      When the Deployment "tomcat" is scaled to 2 replicas
      Then the Service "test-headless-svc" answers the addresses of its 2 ready pods, and no other

    @core @C24
    Scenario: After a restart, the Service name resolves only to the new pods
      When the Deployment "tomcat" is restarted
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

    @core @C24
    Scenario: After a pod is replaced, the Service name resolves to the replacement
      When 1 pod is deleted and replaced
      Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other

  Rule: A pod has an identifier that the server assigns, and no name that a client could guess

    @extended @coredns @B18
    Scenario: A pod's name is not a DNS name
      Then no pod of the Service "test-headless-svc" resolves by its pod name

    @extended @coredns @C09
    Scenario: CoreDNS resolves each pod's dashed address below the Service
      Then every ready pod of the Service "test-headless-svc" resolves by its dashed address

    @core @C11
    Scenario: Below the Service, a name that no pod has does not exist
      Then "nosuch.test-headless-svc" does not exist

  Rule: A named port is an SRV record for every ready pod

    @core @spec-2.4.2-a @C08 @E08 @E09 @E10
    Scenario: A port with equal port and targetPort has one SRV record per pod
      Then the port "metrics" over TCP of the Service "test-headless-svc" has an SRV record to port 9100 of every ready pod

    @quirk @E10
    Scenario: Where port and targetPort differ, the SRV record's port is the server's choice
      Then the port "http" over TCP of the Service "test-headless-svc" has an SRV record to every ready pod, with one of these port numbers:
        | number | meaning                                             |
        | 80     | the Service's port, as the specification says       |
        | 8080   | the pods' targetPort, which a client can connect to |

    @core @E05
    Scenario Outline: A port that the Service lacks does not exist: <name>
      Then "<name>.test-headless-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: A pod's address has a PTR record

    @core @spec-2.4.3-a @F04 @F09
    Scenario: The PTR record of every ready pod is a name below the Service with that address
      Then the address of every ready pod of the Service "test-headless-svc" leads back to a name that answers it

    @core @spec-2.4.3-a @F18
    Scenario: The PTR record of a pod that was alone stays when other pods come
      When the Deployment "tomcat" is scaled to 1 replica
      Then the address of every ready pod of the Service "test-headless-svc" leads back to a name that answers it
      When the Deployment "tomcat" is scaled to 3 replicas
      Then the address of every ready pod of the Service "test-headless-svc" leads back to a name that answers it

    @core @F06
    Scenario: The address of an unready pod has no PTR record to a name below the Service
      Given no pod is ready
      Then the address of no unready pod has a PTR record to a name below the Service "test-headless-svc"
