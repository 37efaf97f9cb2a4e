"""Runs in a pod: a DNS server on port 5353 that answers every question with NXDOMAIN, over UDP and TCP."""

import socketserver
import threading

PLACE = ("", 5353)


def answer(query):
    return query[:2] + b"\x84\x03" + query[4:]


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        query, sock = self.request
        sock.sendto(answer(query), self.client_address)


class Stream(socketserver.StreamRequestHandler):
    def handle(self):
        while length := self.rfile.read(2):
            self.wfile.write(length + answer(self.rfile.read(int.from_bytes(length, "big"))))


udp = socketserver.ThreadingUDPServer(PLACE, Datagram)
threading.Thread(target=udp.serve_forever, daemon=True).start()
socketserver.ThreadingTCPServer(PLACE, Stream).serve_forever()
