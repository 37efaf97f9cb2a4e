@statefulset-clusterip
Feature: A StatefulSet behind a ClusterIP Service
  The Service "test-svc" has one virtual IP and selects three tomcat pods with stable identities: web-0, web-1 and web-2.
  The Service name resolves to the virtual IP, exactly as for a Deployment. The specification does not say whether the pods
  have names below such a Service. CoreDNS resolves them if the StatefulSet's serviceName is that Service; other servers do
  not. A client that needs the names needs a headless Service.

  Names are relative to the scenario's namespace: "test-svc" is queried as test-svc.<namespace>.svc.<cluster domain>.
  Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "combinations/statefulset-of-clusterip-service.yaml"
    And the manifest "combinations/clusterip-service.yaml"

  Rule: The Service name resolves to one virtual IP

    @core @spec-2.3.1-a @B01 @L01 @needs-udp
    Scenario: The Service name resolves to its virtual IP over UDP and over TCP
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @core @B02
    Scenario: The address family that the Service lacks is NODATA, not NXDOMAIN
      Then the other address family of the Service "test-svc" has no data

    @core @B14
    Scenario: While no pod is ready, the Service name still resolves to its virtual IP
      Given no pod is ready
      Then the Service "test-svc" has no ready endpoint
      And the Service "test-svc" answers its virtual IP, and nothing else

    @core @B01 @B05
    Scenario: Scaled up or down to zero, the Service keeps its virtual IP
      When the StatefulSet "web" is scaled to 4 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else
      When the StatefulSet "web" is scaled to 0 replicas
      Then the Service "test-svc" answers its virtual IP, and nothing else

    @extended @M02 @needs-pod-resolver
    Scenario: A pod resolves the Service's short name with its first query
      Then a pod resolves "test-svc" to the Service "test-svc" with its first query

  Rule: kubectl does not expose a StatefulSet, but a manifest can

    @extended @D17
    Scenario: kubectl refuses to expose the StatefulSet and creates no Service
      Given a client has asked for "web-vip"
      When kubectl is told to expose the StatefulSet "web" as the Service "web-vip", from port 80 to port 8080
      Then kubectl refuses with "error: cannot expose a StatefulSet.apps"
      And "web-vip" does not exist

    @core @B01 @F01
    Scenario: A second ClusterIP Service over the pods has its own virtual IP
      When the manifest "combinations/clusterip-service-over-statefulset.yaml" is applied
      Then the Service "web-vip" answers its virtual IP, and nothing else
      And the virtual IP of the Service "web-vip" has one PTR record, to the Service name
      And the Service "test-svc" answers its virtual IP, and nothing else

  Rule: A named port has an SRV record with the Service's port and name

    @core @spec-2.3.2-a @E01 @E03
    Scenario Outline: The SRV record of "<port>" has the Service's port <number>, not the pods' port
      Then the port "<port>" over TCP of the Service "test-svc" has one SRV record, to port <number> of the Service name

      Examples:
        | port    | number |
        | http    | 80     |
        | metrics | 9100   |

  Rule: The virtual IP has a PTR record to the Service

    @core @spec-2.3.3-a @F01
    Scenario: The virtual IP has one PTR record, to the Service name
      Then the virtual IP of the Service "test-svc" has one PTR record, to the Service name

  Rule: Pod names below the Service are an extension

    @extended @coredns @B15 @D09
    Scenario Outline: CoreDNS resolves the name of <pod>, because serviceName is this Service
      Then "<pod>.test-svc" answers the address of the pod "<pod>", and nothing else

      Examples:
        | pod   |
        | web-0 |
        | web-1 |
        | web-2 |

    @extended @coredns @J08
    Scenario: CoreDNS does not resolve the name of an unready pod
      Given a client has asked for "web-1.test-svc"
      When the pod "web-1" becomes unready
      Then "web-1.test-svc" does not exist
      And "web-0.test-svc" answers the address of the pod "web-0", and nothing else

    @extended @coredns @F05
    Scenario: CoreDNS has a PTR record from a pod's address to its name below the Service
      Then the address of the pod "web-0" has a PTR record to "web-0.test-svc"
