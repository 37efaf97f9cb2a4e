"""Where manifests are applied and DNS servers queried.

- `target`: the protocol of a target, its capabilities, deadlines and vantages; the rest of the package imports only
  this.
- `opening`: opens the target that the options name.
- `reference`: a cluster and a DNS server in this process.
- `cluster`: any Kubernetes cluster that a kubeconfig names.
- `kind`: a kind cluster that the run creates and deletes, used as a `cluster`.
- `signals`: what Ctrl-C and SIGTERM do while a live target is open.
"""
