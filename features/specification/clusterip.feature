Feature: A Service with a virtual IP
  Section 2.3.1 of the specification: the name of a Service resolves to its virtual IP, whatever pods it selects.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: The Service name resolves to the virtual IP, for every kind of Service

    @core @spec-2.3.1-a @B01 @B05 @B06 @B08
    Scenario Outline: <kind> resolves to its virtual IP only
      Then the Service "<service>" answers its virtual IP, and nothing else

      Examples:
        | kind                           | service |
        | A Service without endpoints    | web     |
        | A Service with several ports   | multi   |
        | A Service with an unnamed port | unnamed |
        | A Service without a selector   | manual  |

    @core @B07
    Scenario Outline: <kind> resolves to its virtual IP, not to an external address
      Then the Service "<service>" answers its virtual IP, and nothing else
      And the virtual IP of the Service "<service>" has one PTR record, to the Service name

      Examples:
        | kind                       | service       |
        | A NodePort Service         | node-port     |
        | A LoadBalancer Service     | load-balancer |
        | A Service with externalIPs | external-ip   |

    @extended @B20 @K22
    Scenario: An external address has no PTR record to a name of the cluster
      Then the address 192.0.2.200 has no PTR record to a name of the cluster

    @core @B04
    Scenario: The API server's Service resolves like any other
      Then the Service "default/kubernetes" answers its virtual IP, and nothing else
      And the port "https" over TCP of the Service "default/kubernetes" has one SRV record, to port 443 of the Service name
      And the virtual IP of the Service "default/kubernetes" has one PTR record, to the Service name

    @core @G17
    Scenario Outline: A Service named "<service>" resolves, although the DNS schema uses that label
      Then the Service "<service>" answers its virtual IP, and nothing else
      And the virtual IP of the Service "<service>" has one PTR record, to the Service name

      Examples:
        | service     |
        | svc         |
        | pod         |
        | cluster     |
        | dns-version |

  Rule: The name exists for every type and has records of one

    @core @B02 @G06
    Scenario Outline: The address family that "<service>" lacks is NODATA
      Then the other address family of the Service "<service>" has no data

      Examples:
        | service   |
        | web       |
        | manual    |
        | node-port |

    @core @B10 @F15 @G06
    Scenario Outline: At a Service name, <type> is NODATA
      Then "web" has no data for the type <type>

      Examples:
        | type  |
        | TXT   |
        | MX    |
        | CNAME |
        | NS    |
        | SOA   |
        | PTR   |
        | HTTPS |
        | SVCB  |
        | DS    |
        | CAA   |

  Rule: A Service belongs to its namespace

    Background:
      Given the manifest "specification/clusterip.yaml" in the neighbouring namespace

    @core @B03
    Scenario: Services of the same name in two namespaces each resolve to their own virtual IP
      Then the Service "web" answers its virtual IP, and nothing else
      And the Service "neighbour/web" answers its virtual IP, and nothing else
      And the virtual IP of the Service "neighbour/web" has one PTR record, to the Service name
