Feature: What only EndpointSlices can express
  The specification calls an endpoint ready if the Endpoints object lists its address. A server may therefore read Endpoints
  and no EndpointSlices. These rules hold for a server that reads EndpointSlices.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Background:
    Given the manifest "behaviour/endpoint-slices.yaml"

  Rule: Hand-written EndpointSlices count like those of a controller

    @extended @C18
    Scenario: The Service name and the hostnames resolve to the ready endpoints
      Then the Service "written" answers the addresses of its 2 ready endpoints, and no other
      And "e-0" below the Service "written" answers the addresses of the endpoints with that hostname, and no other

    @extended @C18
    Scenario: The ready endpoints have SRV and PTR records
      Then the port "metrics" over TCP of the Service "written" has an SRV record to port 9100 of every ready endpoint
      And the address of every ready endpoint of the Service "written" leads back to a name that answers it

    @extended @C15
    Scenario: An endpoint in two EndpointSlices is answered once
      Then the Service "doubled" answers the addresses of its 1 ready endpoint, and no other
      And the port "metrics" over TCP of the Service "doubled" has an SRV record to port 9100 of every ready endpoint
      And the address of every ready endpoint of the Service "doubled" leads back to a name that answers it

    @extended @C26
    Scenario: An EndpointSlice without the label of a Service belongs to no Service
      Then "unlabelled" does not exist
      And "n-0.unlabelled" does not exist

  Rule: An endpoint of an EndpointSlice has conditions

    @extended @C16
    Scenario: An endpoint whose ready condition is unset counts as ready
      Then "e-1" below the Service "written" answers the addresses of the endpoints with that hostname, and no other
      And the Service "written" answers the addresses of its 2 ready endpoints, and no other

    @extended @C18
    Scenario: An unready endpoint has no address, name or PTR record
      Then "e-2.written" does not exist
      And the address of no unready endpoint has a PTR record to a name below the Service "written"

    @extended @J19
    Scenario: A serving, terminating endpoint has no address, name or PTR record
      Then "e-3.written" does not exist
      And "serving" does not exist
      And "t-0.serving" does not exist
      And the address of no unready endpoint has a PTR record to a name below the Service "serving"

  Rule: The EndpointSlices of a Service may have different families

    @extended @I13
    Scenario: The Service name resolves to all endpoints of each family
      Then the Service "both" answers the addresses of its 2 ready endpoints, and no other

    @extended @I13
    Scenario Outline: The hostname <hostname> resolves to the addresses of both families
      Then "<hostname>" below the Service "both" answers the addresses of the endpoints with that hostname, and no other

      Examples:
        | hostname |
        | d-0      |
        | d-1      |

    @extended @I14
    Scenario: An endpoint of two families has one SRV record per port
      Then the port "metrics" over TCP of the Service "both" has an SRV record to port 9100 of every ready endpoint

    @extended @I13
    Scenario: The addresses of both families have PTR records to the same hostname
      Then the address of every ready endpoint of the Service "both" leads back to a name that answers it

    @extended @I10
    Scenario: With ready endpoints of one family only, the other family is NODATA
      Then "half" has no data for the type A
      And "h-0.half" has no data for the type A
