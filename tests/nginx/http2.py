"""HTTP/2 without TLS, which nginx speaks on a port of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import h2.config
import h2.connection
import h2.events
from local.wire import Answer

Pair = tuple[bytes, bytes]


class Http2:
    """One connection, on which one request is sent after the other."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._connection = h2.connection.H2Connection(
            h2.config.H2Configuration(
                client_side=True,
                header_encoding=None,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self._connection.initiate_connection()
        self._flush()

    def __enter__(self) -> Http2:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def get(self, path: str, headers: Iterable[Pair] = ()) -> Answer:
        """Names of headers are sent in lower case, as HTTP/2 wants them."""
        stream = self._connection.get_next_available_stream_id()
        pseudo = [
            (b":method", b"GET"),
            (b":scheme", b"http"),
            (b":authority", b"127.0.0.1"),
            (b":path", path.encode()),
        ]
        self._connection.send_headers(
            stream, [*pseudo, *((name.lower(), value) for name, value in headers)], end_stream=True
        )
        self._flush()
        return self._answer(stream)

    def _answer(self, stream: int) -> Answer:
        headers: list[tuple[str, str]] = []
        body = b""
        while True:
            received = self._socket.recv(65536)
            if not received:
                raise OSError("the connection ended early")
            for event in self._connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived) and event.stream_id == stream:
                    headers = [(name.decode(), value.decode("latin-1")) for name, value in event.headers]
                elif isinstance(event, h2.events.DataReceived) and event.stream_id == stream:
                    body += event.data
                    self._connection.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.StreamReset) and event.stream_id == stream:
                    raise OSError(f"the stream was reset: {event.error_code}")
                elif isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                    self._flush()
                    return Answer(int(dict(headers)[":status"]), headers, body)
            self._flush()

    def _flush(self) -> None:
        self._socket.sendall(self._connection.data_to_send())
