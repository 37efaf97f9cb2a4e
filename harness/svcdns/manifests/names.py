"""The rules for names: each function returns what is wrong with a text, or None.

They are those of k8s.io/apimachinery ``pkg/util/validation/validation.go``; letters are lower-case ASCII throughout
unless said otherwise.
"""

from __future__ import annotations

import re

from svcdns.manifests.problem import quoted

_LABEL_LENGTH = 63
_SUBDOMAIN_LENGTH = 253
_PORT_NAME_LENGTH = 15

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS_1035_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_DNS_1123_LABEL = re.compile(_LABEL)
_DNS_1123_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_SEARCH_LABEL = r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH_DOMAIN = re.compile(rf"{_SEARCH_LABEL}(\.{_SEARCH_LABEL})*")
_PORT_NAME = re.compile(r"(?=[-0-9]*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def dns_1035_label(text: str) -> str | None:
    """Return what is wrong with a text as a DNS-1035 label, which the name of a Service must be."""
    words = "a DNS-1035 label (lower-case letters, digits and '-', a letter first, a letter or digit last)"
    return _check(text, _DNS_1035_LABEL, _LABEL_LENGTH, words)


def dns_1123_label(text: str) -> str | None:
    """Return what is wrong with a text as a DNS-1123 label, which hostnames and the names of Namespaces must be."""
    words = "a DNS-1123 label (lower-case letters, digits and '-', a letter or digit at both ends)"
    return _check(text, _DNS_1123_LABEL, _LABEL_LENGTH, words)


def dns_1123_subdomain(text: str) -> str | None:
    """Return what is wrong with a text as a DNS-1123 subdomain: labels with dots between them, 253 characters in all."""
    words = (
        "a DNS-1123 subdomain (lower-case letters, digits, '-' and '.', a letter or digit at both ends of each part)"
    )
    return _check(text, _DNS_1123_SUBDOMAIN, _SUBDOMAIN_LENGTH, words)


def external_name(text: str) -> str | None:
    """Return what is wrong with a text as the target of an ExternalName Service, where a final dot is allowed."""
    return dns_1123_subdomain(text.removesuffix("."))


def fully_qualified(text: str) -> str | None:
    """Return what is wrong with a text as an address of type FQDN: at least two labels, a final dot is allowed."""
    labels = text.removesuffix(".").split(".")
    if problem := dns_1123_subdomain(".".join(labels)):
        return problem
    if len(labels) == 1:
        return f"must be a domain name of at least two labels, not {quoted(text)}"
    return next((problem for label in labels if (problem := dns_1123_label(label))), None)


def search_domain(text: str) -> str | None:
    """Return what is wrong with a text as a search domain: the root, or a subdomain whose labels may hold '_' since 1.33."""
    words = "a domain name (lower-case letters, digits, '-', '_' and '.')"
    return None if text == "." else _check(text.removesuffix("."), _SEARCH_DOMAIN, _SUBDOMAIN_LENGTH, words)


def port_name(text: str) -> str | None:
    """Return what is wrong with a text as a container port's name (an IANA service name, RFC 6335)."""
    words = "a port name (lower-case letters, at least one, digits and single '-' between them)"
    return _check(text, _PORT_NAME, _PORT_NAME_LENGTH, words)


def qualified_name(text: str) -> str | None:
    """Return what is wrong with a text as a qualified name, which label keys are: ``[prefix/]name``."""
    prefix, slash, name = text.rpartition("/")
    if slash and (problem := dns_1123_subdomain(prefix)):
        return f"the part before '/' {problem}"
    words = (
        "a name of letters, digits, '-', '_' and '.', a letter or digit at both ends, optionally after a domain and '/'"
    )
    return _check(name, _QUALIFIED, _LABEL_LENGTH, words)


def label_value(text: str) -> str | None:
    """Return what is wrong with a text as a label's value; the empty text is one."""
    words = "a label value (letters, digits, '-', '_' and '.', a letter or digit at both ends)"
    return _check(text, _QUALIFIED, _LABEL_LENGTH, words) if text else None


def path_segment(text: str) -> str | None:
    """Return what is wrong with a text as a path segment of a URL, the only rule for names such as those of Roles."""
    if text in {".", ".."} or "/" in text or "%" in text:
        return f"must not be '.' or '..' and must not hold '/' or '%', but is {quoted(text)}"
    return None


def _check(text: str, pattern: re.Pattern[str], longest: int, words: str) -> str | None:
    if len(text) > longest:
        return f"must be at most {longest} characters long, not {len(text)}"
    return None if pattern.fullmatch(text) else f"must be {words}, not {quoted(text)}"
