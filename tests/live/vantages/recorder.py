"""Runs in a pod: a DNS server on port 53 that prints its queries, one JSON string per line.

The first label of a name says what its first question is answered with; every other question is answered with NXDOMAIN.
"""

import json
import socket
import sys

RCODES = {"nodata": 0, "servfail": 2, "nxdomain": 3, "refused": 5}
AUTHORITATIVE_RESPONSE = 0x84


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 53))
        seen = {}
        while True:
            query, client = sock.recvfrom(512)
            labels, offset = [], 12
            while query[offset]:
                labels.append(query[offset + 1 : offset + 1 + query[offset]].decode())
                offset += 1 + query[offset]
            name = ".".join(labels) + "."
            sys.stdout.write(json.dumps(name) + "\n")
            # A question that is asked again is one question still: it is answered as before.
            first = seen.setdefault(labels[0], name)
            rcode = RCODES[labels[0].partition("-")[0]] if name == first else 3
            question = query[12 : offset + 5]
            flags = bytes([AUTHORITATIVE_RESPONSE | query[2] & 1, rcode])
            sock.sendto(query[:2] + flags + query[4:6] + bytes(6) + question, client)


main()
