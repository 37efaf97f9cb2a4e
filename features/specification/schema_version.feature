Feature: The schema version and the names above Services
  Section 2.2 of the specification, and the other names above the namespaces.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: A TXT record below the cluster domain is the schema version

    @core @spec-2.2-a @A01
    Scenario: The schema version is one TXT record with a semantic version
      Then "dns-version.cluster.local" answers one TXT record, a semantic version

    @core @spec-2.1-d @A02
    Scenario: The name of the schema version is case-insensitive
      Then "DNS-Version.cluster.local" answers one TXT record, a semantic version

    @extended @A04
    Scenario: Nothing exists below the schema version
      Then "x.dns-version.cluster.local" does not exist

    @quirk @A03
    Scenario Outline: Whether the schema version's name exists for other types is the server's choice: <type>
      Then a query for "dns-version.cluster.local", type <type>, gets one of these answers:
        | answer   | meaning                                         |
        | NODATA   | the name exists (RFC 2308)                      |
        | NXDOMAIN | the server has the name only for its TXT record |

      Examples:
        | type |
        | A    |
        | AAAA |

  Rule: The names between the cluster domain and the Services are NODATA

    @core @A09 @G06
    Scenario Outline: "svc" below the cluster domain is NODATA: <type>
      Then "svc.cluster.local" has no data for the type <type>

      Examples:
        | type |
        | A    |
        | AAAA |
        | SRV  |

    @extended @A15
    Scenario Outline: "pod" below the cluster domain is NODATA: <type>
      Then "pod.cluster.local" has no data for the type <type>

      Examples:
        | type |
        | A    |
        | AAAA |

    @core @A10 @G06
    Scenario Outline: The name of a namespace is NODATA: <type>
      Then "my-namespace.svc.cluster.local" has no data for the type <type>

      Examples:
        | type  |
        | A     |
        | AAAA  |
        | SRV   |
        | MX    |
        | CNAME |

    @quirk @A08
    Scenario Outline: Whether "<name>" exists for TXT is the server's choice
      Then a query for "<name>", type TXT, gets one of these answers:
        | answer   | meaning                                                     |
        | NODATA   | the name exists (RFC 8020)                                  |
        | NXDOMAIN | the server denies the name, and thereby every name below it |

      Examples:
        | name                           |
        | cluster.local                  |
        | svc.cluster.local              |
        | my-namespace.svc.cluster.local |

  Rule: Everything else below the cluster domain does not exist

    @core @A11
    Scenario Outline: A missing namespace and the names below it do not exist: <name>
      Then "<name>.svc.cluster.local" does not exist

      Examples:
        | name                    |
        | no-such-namespace       |
        | web.no-such-namespace   |
        | a.web.no-such-namespace |

    @extended @A12
    Scenario Outline: No name outside the schema exists: <name>
      Then "<name>" does not exist

      Examples:
        | name                                                 |
        | foo.cluster.local                                    |
        | web.cluster.local                                    |
        | web.my-namespace.cluster.local                       |
        | web.my-namespace.service.cluster.local               |
        | a.b.web                                              |
        | a.b.c.web                                            |
        | web.my-namespace.svc.cluster.local.svc.cluster.local |

  Rule: The cluster domain is a zone

    @extended @A05
    Scenario: The cluster domain has an SOA record
      Then "cluster.local" answers one record of the type SOA

    @extended @A08
    Scenario Outline: The cluster domain itself is NODATA: <type>
      Then "cluster.local" has no data for the type <type>

      Examples:
        | type |
        | A    |
        | AAAA |
        | SRV  |
        | MX   |
