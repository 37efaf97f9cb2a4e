Feature: The zone says which version of the DNS schema it follows
  Section 2.2 of the specification, and what else there is above the namespaces.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: The schema version is a TXT record below the cluster domain

    @core @spec-2.2-a @A01
    Scenario: The schema version is one TXT record, a semantic version
      Then "dns-version.cluster.local" answers one TXT record, a semantic version

    @core @spec-2.1-d @A02
    Scenario: The name of the schema version may be written in any case
      Then "DNS-Version.cluster.local" answers one TXT record, a semantic version

    @extended @A04
    Scenario: Nothing exists below the schema version
      Then "x.dns-version.cluster.local" does not exist

    @quirk @A03
    Scenario Outline: For other types, a server may deny the name of the schema version: <type>
      Then "dns-version.cluster.local" of the type <type> is answered in one of these ways:
        | answer   | meaning                                            |
        | NODATA   | the name exists, as RFC 2308 has it                |
        | NXDOMAIN | the server knows the name for its TXT record alone |

      Examples:
        | type |
        | A    |
        | AAAA |

  Rule: The names between the cluster domain and the Services exist without records

    @core @A09 @G06
    Scenario Outline: "<name>" exists without records: <type>
      Then "<name>.cluster.local" has no data of the type <type>

      Examples:
        | name | type |
        | svc  | A    |
        | svc  | AAAA |
        | svc  | SRV  |
        | pod  | A    |
        | pod  | AAAA |

    @core @A10 @G06
    Scenario Outline: The name of a namespace exists without records: <type>
      Then "my-namespace.svc.cluster.local" has no data of the type <type>

      Examples:
        | type  |
        | A     |
        | AAAA  |
        | SRV   |
        | MX    |
        | CNAME |

    @quirk @A08
    Scenario Outline: Asked for TXT, CoreDNS denies names that exist without records: <name>
      Then "<name>" of the type TXT is answered in one of these ways:
        | answer   | meaning                                                          |
        | NODATA   | the name exists, as RFC 8020 has it                              |
        | NXDOMAIN | the server denies the name, and thereby everything that is below |

      Examples:
        | name                           |
        | cluster.local                  |
        | svc.cluster.local              |
        | my-namespace.svc.cluster.local |

  Rule: Everything else below the cluster domain does not exist

    @core @A11
    Scenario Outline: A namespace that nobody created does not exist: <name>
      Then "<name>.svc.cluster.local" does not exist

      Examples:
        | name                    |
        | no-such-namespace       |
        | web.no-such-namespace   |
        | a.web.no-such-namespace |

    @core @A12
    Scenario Outline: A name elsewhere below the cluster domain, or with too many labels, does not exist: <name>
      Then "<name>" does not exist

      Examples:
        | name                                 |
        | foo.cluster.local                    |
        | web.cluster.local                    |
        | web.my-namespace.cluster.local       |
        | web.my-namespace.service.cluster.local |
        | a.b.web                              |
        | a.b.c.web                            |
        | web.my-namespace.svc.cluster.local.svc.cluster.local |

  Rule: The cluster domain is a zone

    @extended @A05
    Scenario: The cluster domain has a SOA record
      Then "cluster.local" answers one record of the type SOA

    @extended @A08
    Scenario Outline: The cluster domain has no records of its own: <type>
      Then "cluster.local" has no data of the type <type>

      Examples:
        | type |
        | A    |
        | AAAA |
        | SRV  |
        | MX   |
