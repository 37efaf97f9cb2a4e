"""A list that comes page by page, within limits."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec

from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import ApiLimits, LimitError, size, values
from svcdns.targets.cluster.apiserver.reading import Item, Reader

Labels = Mapping[str, str | None]


class PagedList:
    """The pages of a list that have come so far.

    Attributes:
        items: the objects.
        version: the resource version of the list.
        next_page: the token that asks for the next page; empty before the first.
        complete: whether the last page has come.
    """

    def __init__(
        self, reader: Reader, limits: ApiLimits, resource: Resource, namespace: str | None, labels: Labels
    ) -> None:
        """Begin a list of the objects of a kind that have the labels, each with a value or with any, in one namespace or all."""
        self._reader = reader
        self._limits = limits
        self._resource = resource
        self._namespace = namespace
        self._labels = labels
        self._end = time.monotonic() + limits.list_seconds
        self._known: set[tuple[str, str]] = set()
        self._pages = self._octets = self._values = 0
        self.items: list[Item] = []
        self.version = ""
        self.next_page = ""
        self.complete = False

    def add(self, octets: bytes) -> None:
        """Add a page.

        Raises:
            MalformedResponseError: if it is not a page, or does not continue the one before.
            LimitError: if the list becomes too long, or takes too long.
        """
        metadata, items = self._reader.page(octets, self._resource, self._namespace)
        what, kind = f"a list of {self._resource.kind}s", self._resource.kind
        self._pages += 1
        if self._pages > 1 and (metadata.resource_version or "") != self.version:
            raise self._reader.malformed(what, "metadata.resourceVersion: differs from page to page")
        if metadata.continue_ and metadata.continue_ == self.next_page:
            raise self._reader.malformed(what, "metadata.continue: leads to the same page again")
        for item in items:
            key = item["metadata"].get("namespace") or "", item["metadata"]["name"]
            if key in self._known:
                raise self._reader.malformed(what, f"items: has {'/'.join(filter(None, key))} twice")
            self._known.add(key)
            for label, value in self._labels.items():
                has = (item["metadata"].get("labels") or {}).get(label)
                if has is None or value not in (None, has):
                    raise self._reader.malformed(
                        what, f"items: {'/'.join(filter(None, key))} does not have the label {label}"
                    )
            encoded = msgspec.json.encode(item)
            self._octets += len(encoded)
            self._values += values(encoded)
        self.items += items
        self.version, self.next_page = metadata.resource_version or "", metadata.continue_ or ""
        self.complete = not self.next_page
        if self._octets > self._limits.kept_octets or self._values > self._limits.kept_values:
            raise LimitError(f"lists {kind}s of more than {size(self._limits.kept_octets)}")
        if not self.complete and self._pages >= self._limits.pages:
            raise LimitError(f"lists {kind}s on more than {self._limits.pages:,} pages")
        if not self.complete and time.monotonic() > self._end:
            raise LimitError(f"did not list all {kind}s within {self._limits.list_seconds:.0f} s")
