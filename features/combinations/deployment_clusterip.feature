@deployment-clusterip
Feature: A Deployment behind a ClusterIP Service
  The Service "test-svc" has one virtual IP and selects three interchangeable tomcat pods. A client that looks up the Service
  name gets the virtual IP, and the cluster spreads its connections over the pods. The answer never changes with the pods:
  they may start, stop and become unready.

  Names are relative to the scenario's namespace: "test-svc" is queried as test-svc.<namespace>.svc.<cluster domain>.
  Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "combinations/deployment.yaml"
    And the manifest "combinations/clusterip-service.yaml"

  Rule: The Service name resolves to one virtual IP

    @core @spec-2.3.1-a @B01 @L01 @needs-udp
    Scenario: The Service name resolves to its virtual IP over UDP and over TCP
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @core @B08
    Scenario: However many ports the Service has, its name resolves to one address
      Then the Service "test-svc" has 2 ports
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B02
    Scenario: The address family that the Service lacks is NODATA, not NXDOMAIN
      Then the other address family of the Service "test-svc" has no data

    @core @B10
    Scenario Outline: At the Service name, a missing record type is NODATA: <type>
      Then "test-svc" has no data for the type <type>

      Examples:
        | type  |
        | TXT   |
        | MX    |
        | CNAME |
        | NS    |
        | HTTPS |

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves the Service's short name with its first query
      Then a pod resolves "test-svc" to the Service "test-svc" with its first query

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves a Service of another namespace with its second query
      Then a pod resolves "kubernetes.default" to the Service "default/kubernetes" with its second query

  Rule: The cluster balances the load: the answer does not depend on the pods

    @core @B01 @B05 @E13
    Scenario: Scaled up or down to zero, the Service keeps its virtual IP and its SRV records
      When the Deployment "tomcat" is scaled to 4 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else
      When the Deployment "tomcat" is scaled to 0 replicas
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else
      And the port "http" over TCP of the Service "test-svc" has one SRV record, to port 80 of the Service name

    @core @B14
    Scenario: While no pod is ready, the Service name still resolves to its virtual IP
      Given no pod is ready
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B11 @B12
    Scenario: A deleted Service has no name; recreated, it resolves to its new virtual IP
      Given a client has asked for "test-svc"
      When the Service "test-svc" is deleted
      Then "test-svc" does not exist
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then the Service "test-svc" answers its virtual IP, and nothing else
      And the virtual IP of the Service "test-svc" has one PTR record, to the Service name

  Rule: A named port has an SRV record with the Service's port and name

    @core @spec-2.3.2-a @E01 @E03
    Scenario Outline: The SRV record of "<port>" has the Service's port <number>, not the pods' port
      Then the port "<port>" over TCP of the Service "test-svc" has one SRV record, to port <number> of the Service name

      Examples:
        | port    | number |
        | http    | 80     |
        | metrics | 9100   |

    @core @E05
    Scenario Outline: A port that the Service lacks does not exist: <name>
      Then "<name>.test-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: The virtual IP has a PTR record to the Service

    @core @spec-2.3.3-a @F01
    Scenario: The virtual IP has one PTR record, to the Service name
      Then the virtual IP of the Service "test-svc" has one PTR record, to the Service name

  Rule: A pod of a Deployment has no name that a client can rely on

    @extended @coredns @B18
    Scenario: A pod's name is not a DNS name
      Then no pod of the Service "test-svc" resolves by its pod name

    @extended @coredns @B16
    Scenario: CoreDNS resolves each pod's dashed address below the Service
      Then every ready pod of the Service "test-svc" resolves by its dashed address

    @extended @coredns @F05
    Scenario: CoreDNS has a PTR record from each pod's address to a name below the Service
      Then the address of every ready pod of the Service "test-svc" leads back to a name that answers it

    @core @G05
    Scenario Outline: A name that nothing created does not exist for any type: <name>
      Then "<name>" does not exist

      Examples:
        | name        |
        | no-such-svc |
        | tomcat      |
