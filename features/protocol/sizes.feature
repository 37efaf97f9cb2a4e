Feature: Answers that a datagram cannot take
  A hundred endpoints do not fit into 512 octets. What is cut has to say so, and TCP has to give it all.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Background:
    Given the manifest "protocol/hundred.yaml"

  @core @L06 @L10 @needs-udp
  Scenario: Without EDNS, the answer is cut to 512 octets and says so; over TCP it is whole
    Then asked without EDNS, the Service "hundred" answers what fits and says so, and everything over TCP

  @core @L07 @L10 @needs-udp
  Scenario Outline: With EDNS of <octets> octets, the answer fits into them or says that it is cut; over TCP it is whole
    Then asked with EDNS of <octets> octets, the Service "hundred" answers what fits and says so, and everything over TCP

    Examples:
      | octets |
      | 256    |
      | 512    |
      | 1232   |
      | 4096   |

  @core @L10 @L06 @needs-udp
  Scenario: SRV records are cut openly as well, and whole over TCP
    Then asked without EDNS, for the port "metrics", the Service "hundred" answers what fits and says so, and everything over TCP

  @extended @L08 @needs-udp
  Scenario Outline: With EDNS of <octets> octets, SRV records fit into them or the answer says that it is cut
    Then asked with EDNS of <octets> octets, for the port "metrics", the Service "hundred" answers what fits and says so, and everything over TCP

    Examples:
      | octets |
      | 1232   |
      | 4096   |

  @extended @L09 @L11 @needs-udp
  Scenario: An answer that fits is not cut, though it was cut for a client that takes less
    Then asked without EDNS, the Service "hundred" answers what fits and says so, and everything over TCP
    And asked with EDNS of 4096 octets, the Service "hundred" answers whole

  @extended @L04 @needs-udp
  Scenario: An answer that is cut keeps its OPT record
    Then "hundred" of the type A, asked with EDNS, is answered with EDNS of version 0

  @extended @H19
  Scenario: A long answer through an alias is cut openly, and whole over TCP
    Then "alias" leads to the addresses of the Service "hundred"

  @extended @C22
  Scenario: More endpoints than an EndpointSlice can hold are all answered over TCP
    Given the manifest "protocol/thousand.yaml"
    Then the Service "thousand" answers the addresses of its 1001 ready endpoints, and no other

  @extended @M14 @needs-pod-resolver
  Scenario: A pod's resolver gets a long answer whole
    Then a pod finds the Service "hundred" by the name "hundred", with its first question
