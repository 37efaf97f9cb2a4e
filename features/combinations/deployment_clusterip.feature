@combo-1
Feature: A Deployment behind a ClusterIP Service
  Three interchangeable tomcat pods stand behind the Service "test-svc", which has one virtual IP. A client asks for the
  Service by its name, gets that one address, and the cluster spreads its connections over the pods. The Service name never
  shows a single pod: pods may come, go, and become unready, and the answer stays the same.

  Names are written here as a client in the same namespace writes them: "test-svc" is asked for by its full name,
  test-svc.<namespace>.svc.<cluster domain>. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "combinations/deployment.yaml"
    And the manifest "combinations/clusterip-service.yaml"

  Rule: The Service name is one virtual IP

    @core @spec-2.3.1-a @B01 @L01 @needs-udp
    Scenario: The Service name answers its virtual IP over UDP and over TCP
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @core @B08
    Scenario: However many ports the Service has, its name answers one address
      Then the Service "test-svc" has 2 ports
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B02
    Scenario: The address family that the Service does not have is NODATA and not NXDOMAIN
      Then the other address family of the Service "test-svc" has no data

    @core @B10
    Scenario Outline: The Service name exists for record types that it does not have: <type>
      Then "test-svc" has no data of the type <type>

      Examples:
        | type  |
        | TXT   |
        | MX    |
        | CNAME |
        | NS    |
        | HTTPS |

    @core @M02 @needs-pod-resolver
    Scenario: A pod of the namespace finds the Service by its short name, with its first question
      Then a pod finds the Service "test-svc" by the name "test-svc", with its first question

    @core @B04 @M02 @needs-pod-resolver
    Scenario: A pod finds a Service of another namespace by its name and namespace, with its second question
      Then a pod finds the Service "default/kubernetes" by the name "kubernetes.default", with its second question

  Rule: Load balancing is the cluster's business: the answer does not depend on the pods

    @core @B01 @B05 @E13
    Scenario: Scaled up and down to zero, the Service name answers the same virtual IP, and its ports stay
      When the Deployment "tomcat" is scaled to 4 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else
      When the Deployment "tomcat" is scaled to 0 replicas
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else
      And the port "http" over TCP of the Service "test-svc" is the port 80 of the Service name

    @core @B14
    Scenario: While no pod is ready, the Service name still answers its virtual IP
      Given no pod is ready
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B11 @B12
    Scenario: A Service that is deleted takes its name along; created again, it answers its new virtual IP
      Given a client has asked for "test-svc"
      When the Service "test-svc" is deleted
      Then "test-svc" does not exist
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then the Service "test-svc" answers its virtual IP, and nothing else
      And the virtual IP of the Service "test-svc" leads back to the Service name

  Rule: A named port is an SRV record with the Service's port and the Service's name

    @core @spec-2.3.2-a @E01 @E03
    Scenario Outline: The port "<port>" is the Service's port <number>, whatever port the pods listen on
      Then the port "<port>" over TCP of the Service "test-svc" is the port <number> of the Service name

      Examples:
        | port    | number |
        | http    | 80     |
        | metrics | 9100   |

    @core @E05
    Scenario Outline: A port that the Service does not have does not exist: <name>
      Then "<name>.test-svc" does not exist

      Examples:
        | name       |
        | _ftp._tcp  |
        | _http._udp |

  Rule: The virtual IP leads back to the Service

    @core @spec-2.3.3-a @F01
    Scenario: The virtual IP has one PTR record, the Service name
      Then the virtual IP of the Service "test-svc" leads back to the Service name

  Rule: No pod of a Deployment has a name that a client could rely on

    @extended @coredns @B18
    Scenario: The name of a pod is not a DNS name
      Then no pod of the Service "test-svc" is found by its pod name

    @extended @coredns @B16
    Scenario: CoreDNS finds each pod by its address with dashes below the Service
      Then every ready pod of the Service "test-svc" is found by its dashed address

    @extended @coredns @F05
    Scenario: CoreDNS leads the address of a pod back to a name below the Service
      Then the address of every ready pod of the Service "test-svc" leads back to a name that answers it

    @core @G05
    Scenario Outline: A name that nobody created does not exist, whatever is asked: <name>
      Then "<name>" does not exist

      Examples:
        | name          |
        | no-such-svc   |
        | tomcat        |
        | a.b.c.test-svc |
