@needs-pod-resolver
Feature: Short names from a pod
  The kubelet writes each pod's search list; a short name is tried with each of its entries.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  Rule: The kubelet tells a pod where and how to ask

    @core @M01
    Scenario: A pod searches its namespace first, then all Services, then the cluster
      Then a pod searches its namespace, svc and the cluster domain, with ndots 5

    @core @M15
    Scenario: A pod reaches DNS at the address it is told
      Then the DNS server that a pod is told answers the names of the cluster

    @core @D10 @M10
    Scenario: A pod with a hostname and a subdomain knows its full name
      Then a pod with a hostname and a subdomain finds itself in its hosts file, by both names

  Rule: A shorter name finds the same Service

    @core @M02
    Scenario Outline: A pod finds a Service of its namespace by "<name>", with its <nth> question
      Then a pod finds the Service "<service>" by the name "<name>", with its <nth> question

      Examples:
        | service   | name      | nth   |
        | web       | web       | first |
        | peers     | peers     | first |
        | anonymous | anonymous | first |

    @core @M02 @B04
    Scenario Outline: A pod finds a Service of another namespace by "<name>", with its <nth> question
      Then a pod finds the Service "default/kubernetes" by the name "<name>", with its <nth> question

      Examples:
        | name                                  | nth    |
        | kubernetes.default                    | second |
        | kubernetes.default.svc                | third  |
        | kubernetes.default.svc.cluster.local  | fourth |
        | kubernetes.default.svc.cluster.local. | first  |

    @core @M03
    Scenario: A name alone does not reach a Service of another namespace
      Then a pod does not find "kubernetes": its first 3 questions are denied

    @extended @M12
    Scenario: A pod that looks for the address family that a Service lacks finds nothing else instead
      Then a pod that looks up "web" in the other address family meets the Service "web", and no address

  Rule: A name elsewhere is denied by the cluster before it is asked for as it is

    @extended @M04 @M05
    Scenario: A name with fewer than five dots is denied once for each entry of the search list
      Then a pod does not find "name.invalid": its first 3 questions are denied
