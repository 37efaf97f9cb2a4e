Feature: Queries as resolvers send them
  The resolver of a pod, a cache on the node and dig send flags and EDNS options beside the question. A server answers what
  it knows of them and ignores the rest. The records are those of a plain query.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/clusterip.yaml"

  Rule: EDNS options and flags do not change the records of a response

    @extended @L25
    Scenario Outline: What a server does not know of EDNS is ignored: a query <how>
      Then a query for "web", type A, sent <how>, gets the response of a plain query
      And a query for "no-such-svc", type A, sent <how>, gets the response of a plain query
      And a query for "_http._tcp.web", type SRV, sent <how>, gets the response of a plain query

      Examples:
        | how                            |
        | with EDNS and no option        |
        | with an unknown option         |
        | with a reserved EDNS flag      |
        | with several options and flags |

    @extended @L26
    Scenario: A response copies the DO flag of its query
      Then a query for "web", type A, sent with the DO flag, gets the response of a plain query
      And a query for "web", type AAAA, sent with the DO flag, gets the response of a plain query
      And a query for "no-such-svc", type A, sent with the DO flag, gets the response of a plain query

    @extended @L27
    Scenario: A cookie is ignored or comes back
      Then a query for "web", type A, sent with a cookie, gets the response of a plain query
      And a query for "no-such-svc", type A, sent with a cookie, gets the response of a plain query

    @extended @L28
    Scenario: A request for the server's identifier is ignored or answered
      Then a query for "web", type A, sent with an NSID request, gets the response of a plain query
      And a query for "no-such-svc", type A, sent with an NSID request, gets the response of a plain query

    @extended @L29
    Scenario: A client subnet is ignored or comes back
      Then a query for "web", type A, sent with a client subnet, gets the response of a plain query
      And a query for "no-such-svc", type A, sent with a client subnet, gets the response of a plain query

  Rule: Flags of the header do not change the records of a response

    @extended @L30
    Scenario: A query without the RD flag is answered from the cluster's records
      Then a query for "web", type A, sent without the RD flag, gets the response of a plain query
      And a query for "_http._tcp.web", type SRV, sent without the RD flag, gets the response of a plain query
      And a query for "no-such-svc", type A, sent without the RD flag, gets the response of a plain query

    @extended @L31
    Scenario Outline: What a client wants of DNSSEC does not matter to names without it: a query <how>
      Then a query for "web", type A, sent <how>, gets the response of a plain query
      And a query for "no-such-svc", type A, sent <how>, gets the response of a plain query

      Examples:
        | how              |
        | with the CD flag |
        | with the AD flag |
