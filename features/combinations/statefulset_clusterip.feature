@combo-3
Feature: A StatefulSet behind a ClusterIP Service
  Three tomcat pods with an identity each, web-0, web-1 and web-2, stand behind the Service "test-svc", which has one
  virtual IP. The Service name answers that address, exactly as it does for a Deployment. Whether the pods have names below
  such a Service is left open: the specification says nothing, CoreDNS answers them when the StatefulSet's serviceName is
  that Service, other servers do not. Who needs the names takes a headless Service.

  Names are written here as a client in the same namespace writes them: "test-svc" is asked for by its full name,
  test-svc.<namespace>.svc.<cluster domain>. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-clusterip-service.yaml"
    And the manifest "combinations/clusterip-service.yaml"

  Rule: The Service name is one virtual IP

    @core @spec-2.3.1-a @B01 @L01 @needs-udp
    Scenario: The Service name answers its virtual IP over UDP and over TCP
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @core @B02
    Scenario: The address family that the Service does not have is NODATA and not NXDOMAIN
      Then the other address family of the Service "test-svc" has no data

    @core @B14
    Scenario: While no pod is ready, the Service name still answers its virtual IP
      Given no pod is ready
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B01 @B05
    Scenario: Scaled up and down to zero, the Service name answers the same virtual IP
      When the StatefulSet "web" is scaled to 4 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else
      When the StatefulSet "web" is scaled to 0 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @core @M02 @needs-pod-resolver
    Scenario: A pod of the namespace finds the Service by its short name, with its first question
      Then a pod finds the Service "test-svc" by the name "test-svc", with its first question

  Rule: kubectl does not expose a StatefulSet, but a Service can be written over its pods

    @core @B01 @G05
    Scenario: kubectl refuses to expose the StatefulSet, and no Service comes into being
      Given a client has asked for "web-vip"
      When kubectl is told to expose the StatefulSet "web" as the Service "web-vip", from port 80 to port 8080
      Then it refuses with "error: cannot expose a StatefulSet.apps"
      And "web-vip" does not exist

    @core @B01 @F01 @D08
    Scenario: A ClusterIP Service written as a manifest over the same pods answers its own virtual IP, and has no pod names
      When the manifest "combinations/clusterip-service-over-statefulset.yaml" is applied
      Then the Service "web-vip" answers its virtual IP, and nothing else
      And the virtual IP of the Service "web-vip" leads back to the Service name
      And the pod "web-0" has no name below the Service "web-vip"
      And the Service "test-svc" answers its virtual IP, and nothing else

  Rule: A named port is an SRV record with the Service's port and the Service's name

    @core @spec-2.3.2-a @E01 @E03
    Scenario Outline: The port "<port>" is the Service's port <number>, whatever port the pods listen on
      Then the port "<port>" over TCP of the Service "test-svc" is the port <number> of the Service name

      Examples:
        | port    | number |
        | http    | 80     |
        | metrics | 9100   |

  Rule: The virtual IP leads back to the Service

    @core @spec-2.3.3-a @F01
    Scenario: The virtual IP has one PTR record, the Service name
      Then the virtual IP of the Service "test-svc" leads back to the Service name

  Rule: The pods' names below the Service are an extension

    @extended @coredns @B15 @D09
    Scenario Outline: CoreDNS answers the name of <pod>, because serviceName is this Service
      Then "<pod>.test-svc" answers the address of the pod "<pod>", and nothing else

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @extended @coredns @J08
    Scenario: CoreDNS does not answer the name of a pod that is not ready
      Given a client has asked for "web-1.test-svc"
      When the pod "web-1" becomes unready
      Then "web-1.test-svc" does not exist
      And "web-0.test-svc" answers the address of the pod "web-0", and nothing else

    @extended @coredns @F05
    Scenario: CoreDNS leads the address of a pod back to its name below the Service
      Then the address of the pod "web-0" leads back to "web-0.test-svc"
