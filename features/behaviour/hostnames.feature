Feature: Which pods have DNS names
  A pod has a name below a headless Service only if its hostname, its subdomain and its namespace all match.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: Hostname, subdomain and namespace must all match

    Background:
      Given the manifest "behaviour/hostnames.yaml"

    @core @D03 @D05 @C07
    Scenario: A pod with a hostname and the Service's name as subdomain has a name
      Then "paired.named" answers the address of the pod "both", and nothing else
      And the address of the pod "both" has a PTR record to "paired.named"

    @core @D03 @D04
    Scenario Outline: <pod> has no name
      Then "<name>.named" does not exist

      Examples:
        | pod                                         | name    |
        | A pod with only a hostname                  | lone    |
        | A pod with the subdomain of another Service | strayed |

    @core @D03 @D04
    Scenario: A pod with only a subdomain has no name
      Then the pod "only-subdomain" has no name below the Service "named"

    @core @D03
    Scenario: A pod has no name below a missing Service
      Then "strayed.another" does not exist

    @core @D08
    Scenario: A pod has no name below another Service that lists it
      Given the manifest "behaviour/named-too.yaml"
      Then the Service "named-too" answers the addresses of its 4 ready pods, and no other
      And "paired.named-too" does not exist

    @core @D04 @C01
    Scenario: Pods without a name are listed at the Service name all the same
      Then the Service "named" answers the addresses of its 4 ready pods, and no other

    @core @D04 @C08 @F04
    Scenario: Pods without a name have server-assigned identifiers
      Then the port "metrics" over TCP of the Service "named" has an SRV record to port 9100 of every ready pod
      And the address of every ready pod of the Service "named" leads back to a name that answers it

  Rule: A Service selects only pods of its own namespace

    Background:
      Given the manifest "behaviour/named-service.yaml"
      And the manifest "behaviour/stranger.yaml" in the neighbouring namespace

    @core @C23
    Scenario: A selector does not select pods of another namespace
      Then "named" does not exist

    @core @D03 @C23
    Scenario: A pod of another namespace has no name below the Service
      Then "stranger.named" does not exist
      And "stranger.named.neighbour.svc.cluster.local" does not exist

  Rule: A pod's name for itself is not its DNS name

    @extended @D11
    Scenario: A pod with setHostnameAsFQDN resolves by its hostname
      Given the manifest "behaviour/full-hostname.yaml"
      Then "full.named" answers the address of the pod "full", and nothing else
