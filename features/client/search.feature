@needs-pod-resolver
Feature: Short names from a pod
  The kubelet writes each pod's search list. A resolver tries a short name below each of its domains.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  Rule: The kubelet configures a pod's resolver

    @extended @M01
    Scenario: The search list is the namespace, then svc, then the cluster domain
      Then the search list of a pod is its namespace, svc and the cluster domain, with ndots 5

    @extended @M15
    Scenario: A pod reaches DNS at the name server in its resolv.conf
      Then the name server in a pod's resolv.conf answers the names of the cluster

    @extended @D10 @M10
    Scenario: A pod with a hostname and a subdomain knows its full name
      Then the hosts file of a pod with a hostname and a subdomain has both its names

  Rule: A shorter name resolves to the same Service

    @extended @M02
    Scenario Outline: A pod resolves the short name "<name>" with its <nth> query
      Then a pod resolves "<name>" to the Service "<service>" with its <nth> query

      Examples:
        | service   | name      | nth   |
        | web       | web       | first |
        | peers     | peers     | first |
        | anonymous | anonymous | first |

    @extended @M02
    Scenario Outline: A pod resolves "<name>" with its <nth> query
      Then a pod resolves "<name>" to the Service "default/kubernetes" with its <nth> query

      Examples:
        | name                                  | nth    |
        | kubernetes.default                    | second |
        | kubernetes.default.svc                | third  |
        | kubernetes.default.svc.cluster.local  | fourth |
        | kubernetes.default.svc.cluster.local. | first  |

    @extended @M03
    Scenario: A bare Service name does not resolve from another namespace
      Then a pod does not resolve "kubernetes": its first 3 queries get NXDOMAIN

    @extended @M12
    Scenario: A lookup in the address family that a Service lacks gives no other Service's address
      Then a pod that looks up "web" in the other address family reaches the Service "web" and gets no address

  Rule: A name outside the cluster is tried below each search domain first

    @extended @M04 @M05
    Scenario: A name with fewer than five dots is NXDOMAIN once per search domain
      Then a pod does not resolve "name.invalid": its first 3 queries get NXDOMAIN
