Feature: A Service with a virtual IP
  Section 2.3.1 of the specification: the name of a Service is its virtual IP, whatever stands behind it.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: The Service name is the virtual IP, for every kind of Service

    @core @spec-2.3.1-a @B01 @B05 @B06 @B08
    Scenario Outline: <kind> answers its virtual IP and nothing else
      Then the Service "<service>" answers its virtual IP, and nothing else

      Examples:
        | kind                           | service |
        | A Service without endpoints    | web     |
        | A Service with several ports   | multi   |
        | A Service with an unnamed port | unnamed |
        | A Service without a selector   | manual  |

    @core @B07
    Scenario Outline: <kind> answers its virtual IP, and nothing from outside
      Then the Service "<service>" answers its virtual IP, and nothing else
      And the virtual IP of the Service "<service>" leads back to the Service name

      Examples:
        | kind                       | service       |
        | A NodePort Service         | node-port     |
        | A LoadBalancer Service     | load-balancer |
        | A Service with externalIPs | external-ip   |

    @extended @B20 @K22
    Scenario: An address from outside leads back to no name of the cluster
      Then the address 192.0.2.200 leads back to no name of the cluster

    @core @B04
    Scenario: The API server is a Service like others
      Then the Service "default/kubernetes" answers its virtual IP, and nothing else
      And the port "https" over TCP of the Service "default/kubernetes" is the port 443 of the Service name
      And the virtual IP of the Service "default/kubernetes" leads back to the Service name

    @core @G17
    Scenario Outline: A Service may be called "<service>", like a word of the schema
      Then the Service "<service>" answers its virtual IP, and nothing else
      And the virtual IP of the Service "<service>" leads back to the Service name

      Examples:
        | service     |
        | svc         |
        | pod         |
        | cluster     |
        | dns-version |

  Rule: The name exists for every type, and has data for one

    @core @B02 @G06
    Scenario Outline: The family that "<service>" lacks is NODATA
      Then the other address family of the Service "<service>" has no data

      Examples:
        | service   |
        | web       |
        | manual    |
        | node-port |

    @core @B10 @F15 @G06
    Scenario Outline: At the name of a Service, <type> is NODATA
      Then "web" has no data of the type <type>

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

  Rule: A Service is known in its own namespace alone

    Background:
      Given the manifest "specification/clusterip.yaml" in the neighbouring namespace

    @core @B03
    Scenario: Two Services of one name in two namespaces answer their own virtual IPs
      Then the Service "web" answers its virtual IP, and nothing else
      And the Service "neighbour/web" answers its virtual IP, and nothing else
      And the virtual IP of the Service "neighbour/web" leads back to the Service name
