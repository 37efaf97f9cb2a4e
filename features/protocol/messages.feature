Feature: DNS messages
  What all responses have in common, and how a server responds to other messages than queries for addresses.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: A response matches its query

    @core @L24
    Scenario: A response comes from the queried server, with the query's ID
      Then the response for "web", type SRV, comes from the queried server, with the query's ID

    @core @G16
    Scenario Outline: A response repeats the question section: <name> <type>
      Then the response for "<name>", type <type>, repeats the question unchanged

      Examples:
        | name           | type |
        | web            | AAAA |
        | no-such-svc    | A    |
        | _HTTP._tcp.web | SRV  |

    @core @L01 @needs-udp
    Scenario: UDP and TCP give the same records
      Then the Service "multi" answers its virtual IP, and nothing else
      And the port "dns" over UDP of the Service "multi" has one SRV record, to port 53 of the Service name
      And the virtual IP of the Service "multi" has one PTR record, to the Service name

    @extended @L02 @I11
    Scenario: All queries on one TCP connection are answered, also when sent at once
      Then queries for "web" and "no-such-svc", sent together, are all answered

  Rule: A response has EDNS if and only if the query has

    @core @L03
    Scenario Outline: A query without EDNS gets a response without EDNS: <name>
      Then the response for "<name>", type A, has no OPT record

      Examples:
        | name        |
        | web         |
        | no-such-svc |

    @extended @L04
    Scenario Outline: A query with EDNS gets a response with EDNS: <name>
      Then a query with EDNS for "<name>", type A, gets a response with EDNS version 0

      Examples:
        | name        |
        | web         |
        | no-such-svc |

    @extended @L05
    Scenario: An unknown EDNS version gets BADVERS
      Then a query with EDNS version 1 is answered with BADVERS

  Rule: Flags and TTLs

    @extended @L12
    Scenario: A response for a name of the cluster is authoritative
      Then the response for "_http._tcp.web", type SRV, is authoritative

    @extended @L13
    Scenario: A response copies the RD flag and never sets the AD flag
      Then the response for "_http._tcp.web", type SRV, copies the RD flag and does not set the AD flag

    @extended @L16
    Scenario: All records of an answer section have the same TTL
      Given the manifest "specification/headless.yaml"
      Then the response for "_metrics._tcp.peers", type SRV, has the same TTL on every record

    @extended @K16
    Scenario: A positive answer has the TTL of a negative one
      Then positive and negative answers for "web" have the same TTL

    @quirk @L18
    Scenario: Whether additional records have the answer's TTL is the server's choice
      Then it is observed whether the response for "_http._tcp.web", type SRV, has one TTL in all its sections

    @quirk @L20
    Scenario: Whether responses for names outside the cluster are authoritative is the server's choice
      Then it is observed whether the response for "name.invalid.", type A, is authoritative

    @extended @L21
    Scenario: A name outside the cluster is NXDOMAIN, SERVFAIL or REFUSED
      Then a query for "name.invalid.", type A, gets one of these answers:
        | answer   | meaning                                 |
        | NXDOMAIN | the name does not exist                 |
        | SERVFAIL | no upstream resolver is configured      |
        | REFUSED  | the server answers only for the cluster |
        | nothing  | the upstream resolver does not respond  |

  Rule: Other kinds of messages

    @quirk @G11
    Scenario: A query of another class is refused, or answered as if it were class IN
      Then a query of the class CHAOS gets one of these answers:
        | answer  | meaning                                             |
        | REFUSED | the server has no records of that class             |
        | TXT     | a server that may forward queries ignores the class |

    @extended @L32
    Scenario: A query with a compressed name in its additional section is answered like any other
      Then a query with a compressed name in its additional section gets one of these answers:
        | answer | meaning                                        |
        | TXT    | the pointer is followed, and the record ignored |

    @extended @G12
    Scenario: A zone transfer is refused
      Then a zone transfer is answered with REFUSED

    @extended @G13
    Scenario Outline: The server answers <rcode> to <message>
      Then <message> is answered with <rcode>

      Examples:
        | message                      | rcode   |
        | an inverse query             | NOTIMP  |
        | a status request             | NOTIMP  |
        | an update                    | NOTIMP  |
        | a message without a question | FORMERR |
        | a message with two questions | FORMERR |
