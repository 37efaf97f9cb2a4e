Feature: Services that change
  A Service may come, go, be renamed, and become one of another type. The answers follow.

  Names are written as a client in the same namespace writes them. In full names, cluster.local stands for the cluster domain,
  my-namespace for the namespace and neighbour for the one beside it. Every question is asked over UDP and over TCP.

  Rule: Services come and go

    @core @G18
    Scenario: A name that was denied resolves once its Service is created
      Given a client has asked for "web"
      When the manifest "specification/web.yaml" is applied
      Then the Service "web" answers its virtual IP, and nothing else

    @extended @J17
    Scenario: A new Service shows with its port and its reverse name
      Given a client has asked for "_http._tcp.web"
      When the manifest "specification/web.yaml" is applied
      Then the port "http" over TCP of the Service "web" is the port 80 of the Service name
      And the virtual IP of the Service "web" leads back to the Service name

    @core @B13 @B11
    Scenario: A Service that is renamed is found by its new name alone
      Given the manifest "specification/web.yaml"
      And a client has asked for "web"
      And a client has asked for "renamed"
      When the Service "web" is deleted
      And the manifest "specification/api-renamed.yaml" is applied
      Then the Service "renamed" answers its virtual IP, and nothing else
      And "web" does not exist

    @core @B13 @D06
    Scenario: The names of pods do not follow a Service that is renamed
      Given the manifest "behaviour/service-to-come.yaml"
      And the manifest "behaviour/service-that-came.yaml"
      And a client has asked for "db-0.db"
      When the Service "db" is deleted
      And the manifest "behaviour/service-renamed.yaml" is applied
      Then the Service "database" answers the addresses of its 2 ready pods, and no other
      And "db-0.db" does not exist
      And the pod "db-0" has no name below the Service "database"

    @core @E21
    Scenario: A port that is renamed is found by its new name alone
      Given the manifest "specification/web.yaml"
      And a client has asked for "_http._tcp.web"
      When the manifest "specification/port-renamed.yaml" is applied
      Then the port "https" over TCP of the Service "web" is the port 80 of the Service name
      And "_http._tcp.web" does not exist

    @core @J16
    Scenario: A namespace that is deleted takes its names along
      Given the manifest "specification/web.yaml" in the neighbouring namespace
      And a client has asked for "web.neighbour.svc.cluster.local"
      When the neighbouring namespace is deleted
      Then "web.neighbour.svc.cluster.local" does not exist
      And "neighbour.svc.cluster.local" does not exist

  Rule: Services change their type

    @core @H08
    Scenario: An alias follows a change of its external name
      Given the manifest "behaviour/alias.yaml"
      And a client has asked for "test-svc"
      When the manifest "behaviour/external-instead.yaml" is applied
      Then "test-svc" is an alias for "www.example.com." when asked for A
      And "test-svc" is an alias for "www.example.com." when asked for CNAME

    @core @H09
    Scenario: An alias that becomes a ClusterIP Service answers its virtual IP
      Given the manifest "behaviour/alias.yaml"
      And a client has asked for "test-svc"
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then the Service "test-svc" answers its virtual IP, and nothing else
      And "test-svc" has no data of the type CNAME

    @core @H10
    Scenario: A ClusterIP Service that becomes an alias answers the alias
      Given the manifest "combinations/clusterip-service.yaml"
      And a client has asked for "test-svc"
      When the manifest "behaviour/external-instead.yaml" is applied
      Then "test-svc" is an alias for "www.example.com." when asked for A
      And "test-svc" is an alias for "www.example.com." when asked for CNAME
      And "_http._tcp.test-svc" does not exist

    @core @C25
    Scenario: A ClusterIP Service made anew as a headless one answers its pods
      Given the manifest "combinations/deployment.yaml"
      And the manifest "combinations/clusterip-service.yaml"
      And a client has asked for "test-svc"
      When the Service "test-svc" is deleted
      And the manifest "behaviour/headless-instead.yaml" is applied
      Then the Service "test-svc" answers the addresses of its 3 ready pods, and no other

  Rule: The DNS servers themselves may restart

    @core @J14 @G10 @disruptive
    Scenario: While the DNS servers restart, no name that exists is denied
      Given the manifest "specification/web.yaml"
      When the Deployment "coredns" of the DNS servers is restarted while a client asks for "web"
      Then while it lasts, "web" is never denied
      And the Service "web" answers its virtual IP, and nothing else
