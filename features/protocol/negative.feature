Feature: Negative answers
  A name that does not exist is NXDOMAIN for every type. A name that exists is NXDOMAIN for none.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  Rule: Whether a name exists does not depend on the query type

    @core @G05
    Scenario Outline: A name that does not exist is NXDOMAIN for the type <type>
      Then "no-such-svc" does not exist for the type <type> either
      And "no-such-endpoint.peers" does not exist for the type <type> either

      Examples:
        | type  |
        | A     |
        | AAAA  |
        | SRV   |
        | TXT   |
        | MX    |
        | NS    |
        | PTR   |
        | CNAME |
        | HTTPS |

    @core @G06
    Scenario Outline: A hostname is NODATA for the type <type>
      Then "a-0.peers" has no data for the type <type>

      Examples:
        | type  |
        | TXT   |
        | MX    |
        | CNAME |
        | HTTPS |

    @core @G06
    Scenario Outline: A port name is NODATA for the type <type>
      Then "_http._tcp.web" has no data for the type <type>

      Examples:
        | type |
        | TXT  |
        | MX   |

    @quirk @C21
    Scenario Outline: Whether a port name has addresses is the server's choice: <name> <type>
      Then a query for "<name>", type <type>, gets one of these answers:
        | answer | meaning                                         |
        | NODATA | the port has only SRV records                   |
        | <type> | the server answers the addresses of the targets |

      Examples:
        | name                | type |
        | _http._tcp.web      | A    |
        | _http._tcp.web      | AAAA |
        | _metrics._tcp.peers | A    |

    @quirk @E18
    Scenario Outline: Whether the name between a port and its Service exists is the server's choice: <name>
      Then a query for "<name>", type SRV, gets one of these answers:
        | answer   | meaning                                               |
        | NODATA   | the name exists (RFC 8020)                            |
        | NXDOMAIN | the server treats the label as an endpoint's hostname |

      Examples:
        | name       |
        | _tcp.web   |
        | _tcp.peers |

    @extended @G07
    Scenario: For the type ANY, an existing name is NODATA and a missing one NXDOMAIN
      Then "no-such-svc" does not exist for the type ANY either
      And "svc.cluster.local" has no data for the type ANY

    @quirk @G09
    Scenario Outline: Whether a missing name is NXDOMAIN for the type SOA is the server's choice: <name>
      Then a query for "<name>", type SOA, gets one of these answers:
        | answer   | meaning                                     |
        | NXDOMAIN | the name does not exist for any type        |
        | NODATA   | the server does not check whether it exists |

      Examples:
        | name        |
        | no-such-svc |
        | nobody      |

  Rule: A label matches only itself

    @core @G05
    Scenario Outline: A name similar to an existing one does not exist: <name>
      Then "<name>" does not exist

      Examples:
        | name       |
        | we         |
        | eb         |
        | webb       |
        | peer       |
        | a-.peers   |
        | a-00.peers |
        | a-0peers   |

    @extended @G08
    Scenario Outline: There are no wildcards: <name>
      Then "<name>" does not exist

      Examples:
        | name                    |
        | *                       |
        | any                     |
        | *.peers                 |
        | web.*.svc.cluster.local |
        | _any._tcp.web           |

    @core @G14
    Scenario: An escaped dot does not separate labels
      Then "web\.my-namespace" does not exist
      And "a-0\.peers" does not exist

    @core @G15
    Scenario Outline: The longest possible <what> is NXDOMAIN like any other
      Then "<name>" does not exist

      Examples:
        | what  | name                                                                                                                                                                                            |
        | label | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa                                                                                                                                 |
        | name  | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |

  Rule: A negative answer has the SOA record of its zone

    @extended @G01
    Scenario: An NXDOMAIN response has the SOA record of its zone
      Then the response for "no-such-svc", type A, has the SOA record of its zone

    @extended @G02
    Scenario: A NODATA response has the SOA record of its zone
      Then the response for "web", type TXT, has the SOA record of its zone

    @extended @G03
    Scenario Outline: A negative answer has a TTL of at most five minutes: <name>
      Then the response for "<name>", type TXT, may be cached for at most five minutes

      Examples:
        | name        |
        | no-such-svc |
        | web         |

    @extended @G04
    Scenario Outline: A negative answer is authoritative: <name>
      Then the response for "<name>", type TXT, is authoritative

      Examples:
        | name        |
        | no-such-svc |
        | web         |
