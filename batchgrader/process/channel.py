"""Messages between two processes: JSON objects over a socket, each after its length."""

import json
import socket
import struct

HEADER = struct.Struct("!I")


class Overflow(Exception):
    """The other side announced a message larger than it may send."""


def send(sock, message, descriptors=()):
    """Send one JSON object, and descriptors with it; raise OSError if the other side is gone."""
    text = json.dumps(message).encode()
    if descriptors:  # they go with the header, which arrives in one piece
        socket.send_fds(sock, [HEADER.pack(len(text))], descriptors)
        sock.sendall(text)
    else:
        sock.sendall(HEADER.pack(len(text)) + text)


def receive(sock):
    """Return the next JSON object, or None if the other side has closed."""
    header = _exactly(sock, HEADER.size)
    text = header and _exactly(sock, HEADER.unpack(header)[0])
    return json.loads(text) if text else None


def receive_with_descriptors(sock, most):
    """Return the next JSON object and the descriptors sent with it, or None if nobody sends.

    most: of descriptors.
    """
    header, descriptors, _, _ = socket.recv_fds(sock, HEADER.size, most)
    text = header and _exactly(sock, HEADER.unpack(header)[0])
    return (json.loads(text), descriptors) if text else None


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
