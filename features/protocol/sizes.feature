Feature: Responses larger than a datagram
  The addresses of a hundred endpoints do not fit in 512 octets. A response that is cut must set the TC flag. TCP must give
  the complete response.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "protocol/hundred.yaml"

  @core @L06 @L10 @needs-udp
  Scenario: Without EDNS, the response fits in 512 octets or is truncated; over TCP it is complete
    Then without EDNS, the Service "hundred" answers completely over TCP, and completely or truncated over UDP

  @core @L07 @L10 @needs-udp
  Scenario Outline: With EDNS, the response fits in <octets> octets or is truncated; over TCP it is complete
    Then with EDNS of <octets> octets, the Service "hundred" answers completely over TCP, and completely or truncated over UDP

    Examples:
      | octets |
      | 256    |
      | 512    |
      | 1232   |
      | 4096   |

  @core @L10 @L06 @needs-udp
  Scenario: Without EDNS, the SRV response fits or is truncated; over TCP it is complete
    Then without EDNS, the port "metrics" of the Service "hundred" answers completely over TCP, and completely or truncated over UDP

  @core @E25
  Scenario: The targets of SRV records are not compressed, however long the response is
    Then the response for "_metrics._tcp.hundred", type SRV, spells its targets in full

  @extended @L08 @needs-udp
  Scenario Outline: With EDNS, the SRV response fits in <octets> octets or is truncated
    Then with EDNS of <octets> octets, the port "metrics" of the Service "hundred" answers completely over TCP, and completely or truncated over UDP

    Examples:
      | octets |
      | 1232   |
      | 4096   |

  @extended @L09 @L11 @needs-udp
  Scenario: A response that fits is not truncated, even after it was for another client
    Then without EDNS, the Service "hundred" answers completely over TCP, and completely or truncated over UDP
    And with EDNS of 4096 octets, the Service "hundred" answers completely

  @extended @L04 @needs-udp
  Scenario: A truncated response keeps its OPT record
    Then a query with EDNS for "hundred", type A, gets a response with EDNS version 0

  @extended @H19
  Scenario: A large response through a CNAME record is truncated over UDP, complete over TCP
    Then "alias" resolves to the addresses of the Service "hundred"

  @extended @C22
  Scenario: Over TCP, all of more than 1,000 endpoints are answered
    Given the manifest "protocol/thousand.yaml"
    Then the Service "thousand" answers the addresses of its 1001 ready endpoints, and no other

  @extended @M14 @needs-pod-resolver
  Scenario: A pod's resolver gets a large response completely
    Then a pod resolves "hundred" to the Service "hundred" with its first query
