"""The rules for `metadata` of objects and pod templates.

They are those of k8s.io/apimachinery ``pkg/api/validation/objectmeta.go`` and ``pkg/apis/meta/v1/validation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcdns.manifests.field import Field, named, one_of, required
from svcdns.manifests.kinds import is_namespaced, name_rule
from svcdns.manifests.names import dns_1123_label, label_value, qualified_name
from svcdns.manifests.problem import Problem, listed, quoted

_ANNOTATIONS_SIZE = 256 * 2**10
_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")
_IN = ("In", "NotIn")
_EXISTS = ("Exists", "DoesNotExist")


def metadata(root: Field) -> Iterator[Problem]:
    """Check the metadata of an object, its name by the rule of its kind."""
    meta = root["metadata"]
    version, kind = root["apiVersion"].text, root["kind"].text
    if not meta["name"].given and meta["generateName"].given:
        yield meta["name"].error("is required: a generated name would differ in each run")
    else:
        yield from required(meta["name"])
    yield from named(meta["name"], name_rule(version, kind))
    if is_namespaced(version, kind):
        yield from named(meta["namespace"], dns_1123_label)
    for finalizer in meta["finalizers"].items():
        yield from named(finalizer, _finalizer)
    yield from labels_and_annotations(meta)


def labels_and_annotations(meta: Field) -> Iterator[Problem]:
    """Check the labels and annotations of an object or a pod template."""
    yield from labels(meta["labels"])
    annotations = meta["annotations"]
    for key, field in annotations.entries().items():
        # Annotation keys may hold capitals in their domain, label keys may not.
        yield from _key(field, key.lower())
    if sum(len(key) + len(field.text) for key, field in annotations.entries().items()) > _ANNOTATIONS_SIZE:
        yield annotations.error(f"may hold at most {_ANNOTATIONS_SIZE // 2**10} KiB in all")


def labels(field: Field) -> Iterator[Problem]:
    """Check a mapping of labels: those of an object, or those that a selector asks for."""
    for key, value in field.entries().items():
        yield from _key(value, key)
        yield from named(value, label_value)


def label_selector(field: Field) -> Iterator[Problem]:
    """Check a selector of ``matchLabels`` and ``matchExpressions``."""
    yield from labels(field["matchLabels"])
    for expression in field["matchExpressions"].items():
        operator, values = expression["operator"], expression["values"]
        yield from one_of(operator, (*_IN, *_EXISTS))
        yield from named(expression["key"], qualified_name)
        if operator.text in _IN:
            yield from required(values, f" with the operator {operator.text}")
        elif operator.text in _EXISTS and values.given:
            yield values.error(f"must not be given with the operator {operator.text}")
        for value in values.items():
            yield from named(value, label_value)


def selects(selector: Field, wanted: Mapping[str, str]) -> bool:
    """Return whether a selector of ``matchLabels`` and ``matchExpressions`` selects labels."""
    pairs = selector["matchLabels"].entries().items()
    return all(wanted.get(key) == value.text for key, value in pairs) and all(
        _holds(expression, wanted) for expression in selector["matchExpressions"].items()
    )


def _holds(expression: Field, wanted: Mapping[str, str]) -> bool:
    value = wanted.get(expression["key"].text)
    among = value in [choice.text for choice in expression["values"].items()]
    outcomes = {"In": among, "NotIn": not among, "Exists": value is not None, "DoesNotExist": value is None}
    return outcomes.get(expression["operator"].text, False)


def _finalizer(text: str) -> str | None:
    if "/" in text or text in _FINALIZERS:
        return qualified_name(text)
    return f"must be {listed(_FINALIZERS)}, or have a domain before '/', not {quoted(text)}"


def _key(field: Field, key: str) -> Iterator[Problem]:
    if problem := qualified_name(key):
        yield field.error(f"the key {problem}")
