"""A declarative conformance harness for Kubernetes Service DNS: state in, records out, questions asked, answers judged."""
