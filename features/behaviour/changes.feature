Feature: Services that change
  A Service may be created, deleted or renamed, and its type may change. The answers follow.

  Short names are relative to the scenario's namespace. In full names, cluster.local stands for the cluster domain,
  my-namespace for the scenario's namespace, and neighbour for a second one. Every query is sent over UDP and over TCP.

  Rule: Services are created, renamed and deleted

    @core @G18
    Scenario: A name that was NXDOMAIN resolves once its Service is created
      Given a client has asked for "web"
      When the manifest "specification/web.yaml" is applied
      Then the Service "web" answers its virtual IP, and nothing else

    @extended @J17
    Scenario: A new Service gets its SRV and PTR records
      Given a client has asked for "_http._tcp.web"
      When the manifest "specification/web.yaml" is applied
      Then the port "http" over TCP of the Service "web" has one SRV record, to port 80 of the Service name
      And the virtual IP of the Service "web" has one PTR record, to the Service name

    @core @B13 @B11
    Scenario: A renamed Service resolves only by its new name
      Given the manifest "specification/web.yaml"
      And a client has asked for "web"
      And a client has asked for "renamed"
      When the Service "web" is deleted
      And the manifest "specification/api-renamed.yaml" is applied
      Then the Service "renamed" answers its virtual IP, and nothing else
      And "web" does not exist

    @core @B13 @D06
    Scenario: Pod names do not move to the new name of a renamed Service
      Given the manifest "behaviour/service-to-come.yaml"
      And the manifest "behaviour/service-that-came.yaml"
      And a client has asked for "db-0.db"
      When the Service "db" is deleted
      And the manifest "behaviour/service-renamed.yaml" is applied
      Then the Service "database" answers the addresses of its 2 ready pods, and no other
      And "db-0.db" does not exist
      And the pod "db-0" has no name below the Service "database"

    @core @E21
    Scenario: A renamed port resolves only by its new name
      Given the manifest "specification/web.yaml"
      And a client has asked for "_http._tcp.web"
      When the manifest "specification/port-renamed.yaml" is applied
      Then the port "https" over TCP of the Service "web" has one SRV record, to port 80 of the Service name
      And "_http._tcp.web" does not exist

    @core @J16
    Scenario: No name in a deleted namespace exists
      Given the manifest "specification/web.yaml" in the neighbouring namespace
      And a client has asked for "web.neighbour.svc.cluster.local"
      When the neighbouring namespace is deleted
      Then "web.neighbour.svc.cluster.local" does not exist
      And "neighbour.svc.cluster.local" does not exist

  Rule: Services change type

    @core @H08
    Scenario: A CNAME record follows a change of externalName
      Given the manifest "behaviour/alias.yaml"
      And a client has asked for "test-svc"
      When the manifest "behaviour/external-instead.yaml" is applied
      Then "test-svc" is an alias for "www.example.com." when asked for A
      And "test-svc" is an alias for "www.example.com." when asked for CNAME

    @core @H09
    Scenario: An ExternalName Service that becomes a ClusterIP Service resolves to its virtual IP
      Given the manifest "behaviour/alias.yaml"
      And a client has asked for "test-svc"
      When the manifest "combinations/clusterip-service.yaml" is applied
      Then the Service "test-svc" answers its virtual IP, and nothing else
      And "test-svc" has no data for the type CNAME

    @core @H10
    Scenario: A ClusterIP Service that becomes an ExternalName Service answers its CNAME record
      Given the manifest "combinations/clusterip-service.yaml"
      And a client has asked for "test-svc"
      When the manifest "behaviour/external-instead.yaml" is applied
      Then "test-svc" is an alias for "www.example.com." when asked for A
      And "test-svc" is an alias for "www.example.com." when asked for CNAME
      And "_http._tcp.test-svc" does not exist

    @core @C25
    Scenario: A ClusterIP Service recreated as headless resolves to its pods
      Given the manifest "combinations/deployment.yaml"
      And the manifest "combinations/clusterip-service.yaml"
      And a client has asked for "test-svc"
      When the Service "test-svc" is deleted
      And the manifest "behaviour/headless-instead.yaml" is applied
      Then the Service "test-svc" answers the addresses of its 3 ready pods, and no other

  Rule: The DNS servers may restart

    @core @J14 @G10 @disruptive
    Scenario: During a restart of the DNS servers, no existing name is NXDOMAIN
      Given the manifest "specification/web.yaml"
      When the Deployment "coredns" of the DNS servers is restarted while a client asks for "web"
      Then during the restart, "web" is never answered with NXDOMAIN
      And the Service "web" answers its virtual IP, and nothing else
