"""The behaviours that a right CoreDNS does not have because of its Corefile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdns.coredns.options import Pods, read

#: The behaviours that each mode of pod records switches off (plugin/kubernetes, ``pods``; behaviours K01, K08, K09).
_POD_RECORDS: Mapping[Pods, tuple[str, ...]] = {
    "disabled": ("K02", "K04", "K06"),
    "verified": ("K02", "K04"),
    "insecure": (),
}


def undone(corefile: Sequence[str], unread: str = "") -> dict[str, str]:
    """Return the behaviours that a Corefile switches off, by their ids, each with the reason; none without a Corefile.

    Args:
        corefile: its lines.
        unread: why the Corefile of the server is not known, so that it may switch off all that one can.
    """
    if unread:
        off = (behaviour for behaviours in _POD_RECORDS.values() for behaviour in behaviours)
        return dict.fromkeys(off, f"the Corefile may switch this off, and it is not read: {unread}")
    if not corefile:
        return {}
    pods = read(corefile).pods
    return dict.fromkeys(_POD_RECORDS.get(pods, ()), f"as the Corefile has it: pods {pods}")
