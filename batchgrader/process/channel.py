"""Messages between two processes: JSON objects over a socket, each after its length."""

import json
import struct

HEADER = struct.Struct("!I")


class Overflow(Exception):
    """The other side announced a message larger than it may send."""


def send(sock, message):
    """Send one JSON object; raise OSError if the other side is gone."""
    text = json.dumps(message).encode()
    sock.sendall(HEADER.pack(len(text)) + text)


def receive(sock):
    """Return the next JSON object, or None if the other side has closed."""
    header = _exactly(sock, HEADER.size)
    text = header and _exactly(sock, HEADER.unpack(header)[0])
    return json.loads(text) if text else None


class Inbox:
    """Makes messages of bytes as they arrive. most: bytes that a message may have."""

    def __init__(self, most):
        self.most, self.waiting = most, bytearray()

    def add(self, data):
        """Return the messages that `data` completes."""
        self.waiting += data
        messages = []
        while len(self.waiting) >= HEADER.size:
            size = HEADER.unpack_from(self.waiting)[0]
            if size > self.most:
                raise Overflow
            end = HEADER.size + size
            if len(self.waiting) < end:
                break
            messages.append(json.loads(self.waiting[HEADER.size:end]))
            del self.waiting[:end]
        return messages


def _exactly(sock, size):
    data = bytearray()
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            return None
        data += part
    return bytes(data)
