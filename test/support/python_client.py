"""A WebSocket client in Python's standard library, for tests with a client not written in Node.

    python3 python_client.py ws://host:port/path [--protocol NAME] LINE...

Each LINE is one step:

    send TEXT     send TEXT as a masked text frame
    recv [N]      wait for N text frames (default 1), print each as one JSON string per line
    closed        wait for the server's close frame, print {"code": ..., "reason": ...}
    close [CODE]  send a close frame (default 1000) and wait for the server's

Pings are answered. Exits with 1 and a sentence on stderr when a step cannot be done.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TIMEOUT_SECONDS = 10


class Client:
    def __init__(self, url, protocol=None):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS)
        self.stream = self.socket.makefile("rb")
        self.handshake(parts, protocol)

    def handshake(self, parts, protocol):
        key = base64.b64encode(os.urandom(16)).decode()
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        ]
        if protocol:
            lines.append(f"Sec-WebSocket-Protocol: {protocol}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = self.stream.readline().decode().strip()
        headers = {}
        while line := self.stream.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if " 101 " not in status + " ":
            raise RuntimeError(f"the server refused the upgrade: {status}")
        expected = base64.b64encode(hashlib.sha1((key + ACCEPT_GUID).encode()).digest()).decode()
        if headers.get("sec-websocket-accept") != expected:
            raise RuntimeError("the server answered with a wrong Sec-WebSocket-Accept")
        if headers.get("sec-websocket-protocol") != protocol:
            raise RuntimeError("the server answered with another subprotocol")

    def send(self, opcode, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def read(self, count):
        data = self.stream.read(count)
        if len(data) < count:
            raise RuntimeError("the server ended the TCP connection")
        return data

    def receive(self):
        """The next frame that is not a ping or pong: (opcode, payload)."""
        while True:
            first, second = self.read(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.read(8))
            if not first & 0x80 or second & 0x80:
                raise RuntimeError("the server sent a fragmented or masked frame")
            opcode, payload = first & 0x0F, self.read(length)
            if opcode == PING:
                self.send(PONG, payload)
            elif opcode != PONG:
                return opcode, payload

    def receive_text(self):
        opcode, payload = self.receive()
        if opcode == CLOSE:
            raise RuntimeError(f"the server closed: {describe_close(payload)}")
        if opcode != TEXT:
            raise RuntimeError(f"the server sent a frame with opcode {opcode}")
        return payload.decode()

    def receive_close(self):
        while True:
            opcode, payload = self.receive()
            if opcode == CLOSE:
                return describe_close(payload)


def describe_close(payload):
    code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
    return {"code": code, "reason": payload[2:].decode()}


def show(value):
    print(json.dumps(value, ensure_ascii=False), flush=True)


def run(client, line):
    verb, _, rest = line.partition(" ")
    if verb == "send":
        client.send(TEXT, rest.encode())
    elif verb == "recv":
        for _ in range(int(rest or 1)):
            show(client.receive_text())
    elif verb == "closed":
        show(client.receive_close())
    elif verb == "close":
        client.send(CLOSE, struct.pack("!H", int(rest or 1000)))
        show(client.receive_close())
    else:
        raise RuntimeError(f"no such step: {verb}")


def main(arguments):
    url, *lines = arguments
    protocol = None
    if lines[:1] == ["--protocol"]:
        protocol, lines = lines[1], lines[2:]
    client = Client(url, protocol)
    for line in lines:
        run(client, line)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        main(sys.argv[1:])
    except (RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
