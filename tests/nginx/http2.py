"""A client of HTTP/2 without TLS that can take back what it has asked."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from h2.connection import H2Connection
from h2.events import ResponseReceived, StreamEnded


class Http2:
    """One connection to a port of this computer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._connection = H2Connection()
        self._connection.initiate_connection()
        self._flush()

    def ask(self, path: str, headers: Sequence[tuple[str, str]] = ()) -> int:
        """Begins a stream and returns its number."""
        stream = int(self._connection.get_next_available_stream_id())
        head = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", path)]
        lines = [*head, *((name.lower(), value) for name, value in headers)]
        self._connection.send_headers(stream, lines, end_stream=True)
        self._flush()
        return stream

    def take_back(self, stream: int) -> None:
        self._connection.reset_stream(stream)
        self._flush()

    def statuses(self, streams: Sequence[int]) -> list[int]:
        """Of these streams, once all have ended."""
        statuses: dict[int, int] = {}
        left = set(streams)
        while left:
            received = self._socket.recv(65536)
            assert received, f"the connection ended before {sorted(left)}"
            for event in self._connection.receive_data(received):
                if isinstance(event, ResponseReceived):
                    statuses[event.stream_id] = int(dict(event.headers)[b":status"])
                elif isinstance(event, StreamEnded):
                    left.discard(event.stream_id)
            self._flush()
        return [statuses[stream] for stream in streams]

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Http2:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _flush(self) -> None:
        self._socket.sendall(self._connection.data_to_send())
