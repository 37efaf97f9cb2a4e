Feature: Messages
  What every answer has in common, and what happens to messages that are no questions for addresses.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: An answer belongs to its question

    @core @L24
    Scenario: An answer comes from the server that was asked, with the id of the question
      Then the answer to "web" of the type SRV comes from the server that was asked, with the id of the question

    @core @G16
    Scenario Outline: An answer repeats its question: <name> <type>
      Then the answer to "<name>" of the type <type> repeats the question as it was asked

      Examples:
        | name           | type |
        | web            | AAAA |
        | no-such-svc    | A    |
        | _HTTP._tcp.web | SRV  |

    @core @L01 @needs-udp
    Scenario: UDP and TCP give the same records
      Then the Service "multi" answers its virtual IP, and nothing else
      And the port "dns" over UDP of the Service "multi" is the port 53 of the Service name
      And the virtual IP of the Service "multi" leads back to the Service name

    @extended @L02 @I11
    Scenario: Several questions over one connection are all answered, those at once too
      Then "web" and "no-such-svc", asked together, are all answered

  Rule: EDNS is for those who offer it

    @core @L03
    Scenario Outline: Without EDNS in the question, there is none in the answer: <name>
      Then the answer to "<name>" of the type A has no OPT record

      Examples:
        | name        |
        | web         |
        | no-such-svc |

    @extended @L04
    Scenario Outline: EDNS in the question is answered with EDNS: <name>
      Then "<name>" of the type A, asked with EDNS, is answered with EDNS of version 0

      Examples:
        | name        |
        | web         |
        | no-such-svc |

    @extended @L05
    Scenario: An unknown version of EDNS is answered BADVERS
      Then a question in version 1 of EDNS is answered BADVERS

  Rule: Flags and TTLs

    @extended @L12
    Scenario: An answer for a name of the cluster is authoritative
      Then the answer to "_http._tcp.web" of the type SRV is authoritative

    @extended @L13
    Scenario: The wish for recursion is repeated, and validation is not claimed
      Then the answer to "_http._tcp.web" of the type SRV repeats that recursion is wished, and claims no validation

    @extended @L16
    Scenario: All records of an answer have the same TTL
      Given the manifest "specification/headless.yaml"
      Then the answer to "_metrics._tcp.peers" of the type SRV has the same TTL on every record

    @extended @K16
    Scenario: An answer may be kept as long as a denial
      Then "web" may be kept as long as its denials

    @quirk @L18
    Scenario: Whether the records that come along have the same TTL is the server's choice
      Then whether the answer to "_http._tcp.web" of the type SRV has one TTL in all its sections is observed

    @quirk @L20
    Scenario: Whether answers for names elsewhere are authoritative is the server's choice
      Then whether the answer to "name.invalid." of the type A is authoritative is observed

    @extended @L21
    Scenario: A name elsewhere is denied, refused or failed
      Then "name.invalid." of the type A is answered in one of these ways:
        | answer   | meaning                                          |
        | NXDOMAIN | whoever was asked denies it                      |
        | SERVFAIL | there is nobody to be asked                      |
        | REFUSED  | the server answers for the cluster alone         |
        | nothing  | the server asks others, who do not answer       |

  Rule: What is no question for addresses

    @quirk @G11
    Scenario: Other classes are refused, or answered as if they were this one
      Then a question of the class CHAOS is answered in one of these ways:
        | answer  | meaning                                                         |
        | REFUSED | the server has nothing of that class                            |
        | TXT     | a server that may pass questions on to others looks at no class |

    @extended @G12
    Scenario: A zone transfer is refused
      Then a zone transfer is answered REFUSED

    @extended @G13
    Scenario Outline: <message> is not for this server
      Then <message> is answered <rcode>

      Examples:
        | message                      | rcode   |
        | an inverse query             | NOTIMP  |
        | a status request             | NOTIMP  |
        | an update                    | NOTIMP  |
        | a message without a question | FORMERR |
        | a message with two questions | FORMERR |
