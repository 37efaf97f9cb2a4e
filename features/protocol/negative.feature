Feature: Negative answers
  A name that does not exist is denied for every type; a name that exists is denied for none.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"
    And the manifest "specification/headless.yaml"

  Rule: Whether a name exists does not depend on the type

    @core @G05
    Scenario Outline: A name that does not exist does not exist for <type>
      Then "no-such-svc" does not exist, also for the type <type>
      And "no-such-endpoint.peers" does not exist, also for the type <type>

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
    Scenario Outline: A hostname exists for <type>, without data
      Then "a-0.peers" has no data of the type <type>

      Examples:
        | type  |
        | TXT   |
        | MX    |
        | CNAME |
        | HTTPS |

    @core @G06
    Scenario Outline: A port exists for <type>, without data
      Then "_http._tcp.web" has no data of the type <type>

      Examples:
        | type |
        | TXT  |
        | MX   |

    @quirk @C21
    Scenario Outline: Asked for addresses, a server may answer them at a port: <name> <type>
      Then "<name>" of the type <type> is answered in one of these ways:
        | answer | meaning                                        |
        | NODATA | the port has SRV records alone                 |
        | <type> | the server answers what the port leads to      |

      Examples:
        | name                | type |
        | _http._tcp.web      | A    |
        | _http._tcp.web      | AAAA |
        | _metrics._tcp.peers | A    |

    @quirk @E18
    Scenario Outline: A server may deny the name between a port and its Service: <name>
      Then "<name>" of the type SRV is answered in one of these ways:
        | answer   | meaning                                               |
        | NODATA   | the name exists, as RFC 8020 has it                   |
        | NXDOMAIN | the server takes it for the label of an endpoint      |

      Examples:
        | name       |
        | _tcp.web   |
        | _tcp.peers |

    @extended @G07
    Scenario: ANY gives no data at a name that exists, and denies one that does not
      Then "no-such-svc" does not exist, also for the type ANY
      And "svc.cluster.local" has no data of the type ANY

    @quirk @G09
    Scenario Outline: Asked for the SOA of a name that does not exist, a server may answer without data: <what>
      Then "<name>" of the type SOA is answered in one of these ways:
        | answer   | meaning                                     |
        | NXDOMAIN | the name does not exist for any type        |
        | NODATA   | the server does not look for names here     |

      Examples:
        | what                                  | name        |
        | no Service has it                     | no-such-svc |
        | its headless Service has no endpoints | nobody      |

  Rule: Labels are labels

    @core @G05
    Scenario Outline: A name that is like one that exists, and not the same, does not exist: <name>
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
        | name                        |
        | *                           |
        | any                         |
        | *.peers                     |
        | web.*.svc.cluster.local     |
        | _any._tcp.web               |

    @core @G14
    Scenario: A label that holds a dot is a name of its own
      Then "web\.my-namespace" does not exist
      And "a-0\.peers" does not exist

    @core @G15
    Scenario Outline: The longest <what> is denied like any other
      Then "<name>" does not exist

      Examples:
        | what  | name                                                            |
        | label | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |
        | name  | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |

  Rule: A negative answer says of which zone it is, and how long it may be kept

    @extended @G01
    Scenario: A denied name comes with the SOA of its zone
      Then the answer to "no-such-svc" of the type A carries the SOA of its zone

    @extended @G02
    Scenario: An answer without data comes with the SOA of its zone
      Then the answer to "web" of the type TXT carries the SOA of its zone

    @extended @G03
    Scenario Outline: A negative answer may be kept for five minutes at most: <name>
      Then the answer to "<name>" of the type TXT may be kept for five minutes at most

      Examples:
        | name        |
        | no-such-svc |
        | web         |

    @extended @G04
    Scenario Outline: A negative answer is authoritative: <name>
      Then the answer to "<name>" of the type TXT is authoritative

      Examples:
        | name        |
        | no-such-svc |
        | web         |
