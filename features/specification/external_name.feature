Feature: A Service that is an alias
  Section 2.5 of the specification: the name of an ExternalName Service is a CNAME record, and nothing else.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/external-name.yaml"

  Rule: The name is an alias, whichever address is asked for

    @core @spec-2.5-a @H01
    Scenario Outline: Asked for <type>, the Service answers its alias
      Then "docs" is an alias for "www.example.com." when asked for <type>

      Examples:
        | type  |
        | CNAME |
        | A     |

    @core @spec-2.5-b @H02
    Scenario: Asked for AAAA, the Service answers its alias as well
      Then "docs" is an alias for "www.example.com." when asked for AAAA

    @extended @H03
    Scenario: The alias stands first, before the addresses it leads to
      Then "inside" leads to the addresses of the Service "goal", behind the alias

    @extended @H07
    Scenario: A final dot in externalName makes no difference
      Then "docs-dot" is an alias for "www.example.com." when asked for CNAME

    @quirk @H04
    Scenario Outline: For <type>, a server may leave the alias out
      Then "docs" of the type <type> is answered in one of these ways:
        | answer | meaning                                       |
        | CNAME  | an alias stands for every type, as RFC 1034 has it |
        | NODATA | the server answers the alias for addresses alone |

      Examples:
        | type |
        | TXT  |
        | MX   |
        | SRV  |

    @quirk @H14
    Scenario: An alias for a name that nobody has
      Then "nowhere" of the type A is answered in one of these ways:
        | answer   | meaning                                             |
        | CNAME    | the alias, and no word on what it leads to          |
        | NXDOMAIN | the alias, and that it leads to nothing (RFC 6604)  |
        | SERVFAIL | the server asks others, of whom it reaches none     |

    @quirk @H16
    Scenario: An address in externalName is a name of digits, or nothing
      Then "number" of the type CNAME is answered in one of these ways:
        | answer   | meaning                                      |
        | CNAME    | the field is a name, whatever it looks like  |
        | NXDOMAIN | the server takes an address for no alias     |

  Rule: An alias has nothing else

    @core @H05
    Scenario: Its ports have no SRV record
      Then "_http._tcp.docs" does not exist

    @core @H06
    Scenario Outline: Nothing exists below it: <name>
      Then "<name>" does not exist

      Examples:
        | name     |
        | foo.docs |
        | www.docs |

    @core @H20
    Scenario: No address leads back to it
      Then the virtual IP of the Service "goal" leads back to the Service name
      And "inside" leads to the addresses of the Service "goal"

  Rule: An alias may lead to a Service

    @extended @H11
    Scenario: An alias for a Service beside it is followed to the virtual IP
      Then "inside" leads to the addresses of the Service "goal"

    @extended @H11
    Scenario: An alias for an alias is followed to the virtual IP
      Then "further" leads over "inside" to the addresses of the Service "goal"

    @quirk @H12
    Scenario Outline: Where the target lacks the address family, a server may leave the alias out: <type>
      Then "inside" of the type <type> is answered in one of these ways:
        | answer         | meaning                                    |
        | CNAME and A    | the target has the family                  |
        | CNAME and AAAA | the target has the family                  |
        | CNAME          | the alias, and no data behind it           |
        | NODATA         | the alias is left out with what it lacks   |

      Examples:
        | type |
        | A    |
        | AAAA |

    @quirk @H13
    Scenario: An alias for a Service that does not exist
      Then "missing" of the type A is answered in one of these ways:
        | answer   | meaning                                              |
        | NODATA   | the alias is left out with what it lacks             |
        | NXDOMAIN | the alias, and that it leads to nothing (RFC 6604)   |

    @extended @H15
    Scenario Outline: An alias that leads in a circle is answered in time: <name>
      Then "<name>" is answered in time when asked for A

      Examples:
        | name     |
        | circle-a |
        | circle   |

  Rule: An alias may lead out of the namespace

    Background:
      Given the manifest "specification/next-door.yaml"
      And the manifest "specification/clusterip.yaml" in the neighbouring namespace

    @core @H17
    Scenario: An alias for a Service of another namespace leads to its virtual IP
      Then "door" is an alias for "web.neighbour.svc.cluster.local" when asked for CNAME
      And "door" leads to the addresses of the Service "neighbour/web"
