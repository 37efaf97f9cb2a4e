Feature: Labels as long as they may be
  A label has at most 63 octets (RFC 1035, section 2.3.4). Kubernetes allows as many for the names of Services and ports and
  for hostnames. With its underscore, the name of a port has one octet more: 62 characters are the most that fit.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "specification/long-labels.yaml"

  @core @spec-2.3.1-a @B21
  Scenario Outline: A Service name of <octets> characters resolves to the virtual IP
    Then the Service "<service>" answers its virtual IP, and nothing else
    And the port "http" over TCP of the Service "<service>" has one SRV record, to port 80 of the Service name
    And the virtual IP of the Service "<service>" has one PTR record, to the Service name

    Examples:
      | octets | service |
      | 62     | ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss |
      | 63     | sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss |

  @core @spec-2.3.2-a @E26
  Scenario: A port name of 62 characters has an SRV record
    Then the port "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp" over TCP of the Service "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" has one SRV record, to port 8062 of the Service name

  @core @spec-2.3.2-a @E27
  Scenario: A port name of 63 characters does not affect the Service's other ports
    Then the port "http" over TCP of the Service "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" has one SRV record, to port 80 of the Service name

  @core @spec-2.4.2-a @E26
  Scenario: A port name of 62 characters has an SRV record for every ready pod
    Then the port "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp" over TCP of the Service "members" has an SRV record to port 9062 of every ready pod

  @core @spec-2.4.2-a @E27
  Scenario: A port name of 63 characters does not affect a headless Service's other ports
    Then the Service "members" answers the addresses of its 2 ready pods, and no other
    And the port "metrics" over TCP of the Service "members" has an SRV record to port 9100 of every ready pod

  @extended @D13
  Scenario Outline: A pod's hostname of <octets> characters resolves to the pod
    Then "<hostname>.members" answers the address of the pod "member-<octets>", and nothing else
    And the address of the pod "member-<octets>" has a PTR record to "<hostname>.members"

    Examples:
      | octets | hostname |
      | 62     | hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh |
      | 63     | hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh |
