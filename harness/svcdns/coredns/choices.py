"""What a right CoreDNS leaves undone because its Corefile says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdns.coredns.options import Pods, read

#: The behaviours that each way of keeping pod records undoes (plugin/kubernetes, ``pods``; behaviours K01, K08, K09).
_POD_RECORDS: Mapping[Pods, tuple[str, ...]] = {
    "disabled": ("K02", "K04", "K06"),
    "verified": ("K02", "K04"),
    "insecure": (),
}


def undone(corefile: Sequence[str]) -> dict[str, str]:
    """The behaviours that a Corefile undoes, by their ids, each with what it says; none where no Corefile was read."""
    if not corefile:
        return {}
    pods = read(corefile).pods
    return dict.fromkeys(_POD_RECORDS.get(pods, ()), f"pods {pods}")
