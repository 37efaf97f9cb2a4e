Feature: SRV records
  Sections 2.3.2 and 2.4.2 of the specification. With a virtual IP, a named port has an SRV record to the Service. Without
  one, it has an SRV record to every ready endpoint.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: With a virtual IP, a named port has one SRV record, to the Service name

    Background:
      Given the manifest "specification/clusterip.yaml"

    @core @spec-2.3.2-a @spec-2.3.2-b @E01 @E03 @E04 @E13
    Scenario Outline: The port "<port>" of "<service>" has an SRV record with port <number> over <protocol>
      Then the port "<port>" over <protocol> of the Service "<service>" has one SRV record, to port <number> of the Service name

      Examples:
        | service | port    | protocol | number |
        | web     | http    | TCP      | 80     |
        | web     | metrics | TCP      | 9100   |
        | multi   | dns     | UDP      | 53     |
        | multi   | dns-tcp | TCP      | 53     |
        | multi   | sctp    | SCTP     | 7777   |
        | manual  | http    | TCP      | 80     |

    @core @E23 @B07
    Scenario Outline: The SRV record of "<service>" has the Service's port, not the node port
      Then the port "http" over TCP of the Service "<service>" has one SRV record, to port 80 of the Service name

      Examples:
        | service       |
        | node-port     |
        | load-balancer |

    @core @E05
    Scenario Outline: A port or protocol that the Service lacks does not exist: <name>
      Then "<name>" does not exist

      Examples:
        | name                |
        | _ftp._tcp.web       |
        | _http._udp.web      |
        | _dns._tcp.multi     |
        | _dns-tcp._udp.multi |
        | _sctp._tcp.multi    |

    @core @spec-2.3.2-c @E06
    Scenario Outline: An unnamed port has no SRV record: <name>
      Then "<name>" does not exist

      Examples:
        | name               |
        | _http._tcp.unnamed |
        | _5000._tcp.unnamed |

    @core @spec-2.1-d @E15
    Scenario: Port and protocol names are case-insensitive
      Then the port "HTTP" over TCP of the Service "web" has one SRV record, to port 80 of the Service name
      And the port "Dns-Tcp" over TCP of the Service "multi" has one SRV record, to port 53 of the Service name

    @extended @spec-2.3.2-d @E02
    Scenario: Additional records of an SRV response are its target's addresses
      Then all additional records of the SRV response for "_http._tcp.web" are addresses of its targets

    @extended @E14
    Scenario: The SRV record of a virtual IP never has weight 0
      Then no SRV record of "_http._tcp.web" has weight 0

  Rule: Without a virtual IP, a named port has an SRV record for every ready endpoint

    Background:
      Given the manifest "specification/headless.yaml"

    @core @spec-2.4.2-a @spec-2.4.2-b @spec-2.4.2-c @E08 @E09 @E10
    Scenario Outline: The port "<port>" of "<service>" has an SRV record for every ready endpoint
      Then the port "<port>" over TCP of the Service "<service>" has an SRV record to port <number> of every ready endpoint

      Examples:
        | service   | port    | number |
        | peers     | metrics | 9100   |
        | peers     | admin   | 9101   |
        | anonymous | metrics | 9100   |

    @core @C13 @E08
    Scenario: Endpoints that share a hostname share one SRV record
      Then the port "metrics" over TCP of the Service "shared" has an SRV record to port 9100 of every ready endpoint

    @core @E05
    Scenario Outline: A port or protocol that the headless Service lacks does not exist: <name>
      Then "<name>" does not exist

      Examples:
        | name                |
        | _http._tcp.peers    |
        | _metrics._udp.peers |

    @core @spec-2.4.2-d @E06
    Scenario Outline: An unnamed port of a headless Service has no SRV record: <name>
      Then "<name>" does not exist

      Examples:
        | name                    |
        | _http._tcp.unnamed-port |
        | _9000._tcp.unnamed-port |

    @core @C14
    Scenario: A headless Service without ports has no port names
      Then "_http._tcp.no-ports" does not exist

    @extended @C27
    Scenario: A headless Service without ports has no SRV record at its own name either
      Then "no-ports" has no data for the type SRV

    @core @E12
    Scenario Outline: Without a ready endpoint, no port name exists: <name>
      Then "<name>" does not exist

      Examples:
        | name                  |
        | _metrics._tcp.nobody  |
        | _metrics._tcp.waiting |

    @extended @E19
    Scenario: No port name exists below an endpoint's name
      Then "_metrics._tcp.a-0.peers" does not exist

    @extended @spec-2.4.2-e @E02
    Scenario: Additional records of an endpoint SRV response are its targets' addresses
      Then all additional records of the SRV response for "_metrics._tcp.peers" are addresses of its targets

    @core @E25
    Scenario: The targets of SRV records are not compressed
      Then the response for "_metrics._tcp.peers", type SRV, spells its targets in full

    @extended @E14
    Scenario: The SRV records of endpoints never have weight 0
      Then no SRV record of "_metrics._tcp.peers" has weight 0

    @extended @E14
    Scenario: The SRV records of 1,001 endpoints never have weight 0
      Given the manifest "protocol/thousand.yaml"
      Then no SRV record of "_metrics._tcp.thousand" has weight 0
