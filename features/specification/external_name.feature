Feature: ExternalName Services
  Section 2.5 of the specification: the name of an ExternalName Service has a CNAME record and no other record.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/external-name.yaml"

  Rule: The name is an alias for every address type

    @core @spec-2.5-a @H01
    Scenario Outline: A query for <type> gets the CNAME record
      Then "docs" is an alias for "www.example.com." when asked for <type>

      Examples:
        | type  |
        | CNAME |
        | A     |

    @core @spec-2.5-b @H02
    Scenario: A query for AAAA gets the CNAME record too
      Then "docs" is an alias for "www.example.com." when asked for AAAA

    @extended @H03
    Scenario: The CNAME record comes before the addresses of its target
      Then "inside" resolves to the addresses of the Service "goal", CNAME record first

    @extended @H07
    Scenario: A trailing dot in externalName makes no difference
      Then "docs-dot" is an alias for "www.example.com." when asked for CNAME

    @quirk @H04
    Scenario Outline: Whether a query for <type> gets the CNAME record is the server's choice
      Then a query for "docs", type <type>, gets one of these answers:
        | answer | meaning                                      |
        | CNAME  | a CNAME record answers every type (RFC 1034) |
        | NODATA | the server answers it for A, AAAA and CNAME  |

      Examples:
        | type |
        | TXT  |
        | MX   |
        | SRV  |

    @quirk @H14
    Scenario: How a CNAME record to a missing external name is answered is the server's choice
      Then a query for "nowhere", type A, gets one of these answers:
        | answer   | meaning                                            |
        | CNAME    | the CNAME record, and NOERROR for its target       |
        | NXDOMAIN | the CNAME record; its target is missing (RFC 6604) |
        | SERVFAIL | the upstream resolver cannot be reached            |

    @quirk @H16
    Scenario: Whether an address in externalName makes a CNAME record is the server's choice
      Then a query for "number", type CNAME, gets one of these answers:
        | answer   | meaning                                     |
        | CNAME    | the field is a name, whatever it looks like |
        | NXDOMAIN | the server ignores an address in the field  |

  Rule: An ExternalName Service has no other records

    @extended @H05
    Scenario: An ExternalName Service's port has no SRV record
      Then "_http._tcp.docs" does not exist

    @extended @H06
    Scenario Outline: Nothing exists below an ExternalName Service: <name>
      Then "<name>" does not exist

      Examples:
        | name     |
        | foo.docs |
        | www.docs |

    @core @H20
    Scenario: No address has a PTR record to an ExternalName Service
      Then the virtual IP of the Service "goal" has one PTR record, to the Service name

  Rule: An alias may point to a Service of the cluster

    @extended @H11
    Scenario: An alias for a Service of the namespace resolves to its virtual IP
      Then "inside" resolves to the addresses of the Service "goal"

    @extended @H11
    Scenario: An alias for an alias resolves to the virtual IP
      Then "further" resolves through "inside" to the addresses of the Service "goal"

    @quirk @H12
    Scenario Outline: Where its target has no <type> record, a CNAME record may be left out
      Then a query for "inside", type <type>, gets one of these answers:
        | answer         | meaning                                     |
        | CNAME and A    | the target has the family                   |
        | CNAME and AAAA | the target has the family                   |
        | CNAME          | the CNAME record, without its target's data |
        | NODATA         | the CNAME record is left out                |

      Examples:
        | type |
        | A    |
        | AAAA |

    @quirk @H13
    Scenario: How a CNAME record to a missing Service is answered is the server's choice
      Then a query for "missing", type A, gets one of these answers:
        | answer   | meaning                                            |
        | NODATA   | the CNAME record is left out                       |
        | NXDOMAIN | the CNAME record; its target is missing (RFC 6604) |

    @extended @H15
    Scenario Outline: A loop of CNAME records is answered in time: <name>
      Then "<name>" is answered in time when asked for A

      Examples:
        | name     |
        | circle-a |
        | circle   |

  Rule: An alias may point to another namespace

    Background:
      Given the manifest "specification/next-door.yaml"
      And the manifest "specification/clusterip.yaml" in the neighbouring namespace

    @core @H17
    Scenario: An alias may point to a Service of another namespace
      Then "door" is an alias for "web.neighbour.svc.cluster.local" when asked for CNAME

    @extended @H11
    Scenario: An alias for a Service of another namespace resolves to its virtual IP
      Then "door" resolves to the addresses of the Service "neighbour/web"
