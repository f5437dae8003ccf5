"""A client of HTTP/2 without TLS, which nginx speaks on a port of its own. It sends what it is told to, and
can take back what it has asked."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset
from local.wire import Answer, Headers

Pair = tuple[bytes, bytes]


class Http2:
    """One connection to a port of this computer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._connection = H2Connection(
            H2Configuration(
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
        self.close()

    def close(self) -> None:
        self._socket.close()

    def get(self, path: str, headers: Iterable[Pair] = ()) -> Answer:
        """Sends one request and reads its answer."""
        stream = self._send(path, headers)
        return self._answers([stream])[stream]

    def ask(self, path: str, headers: Headers = ()) -> int:
        """Begins a stream and returns its number."""
        return self._send(path, [(name.encode(), value.encode()) for name, value in headers])

    def take_back(self, stream: int) -> None:
        self._connection.reset_stream(stream)
        self._flush()

    def statuses(self, streams: Sequence[int]) -> list[int]:
        """Of these streams, once all have ended."""
        answers = self._answers(streams)
        return [answers[stream].status for stream in streams]

    def _send(self, path: str, headers: Iterable[Pair]) -> int:
        """Names of headers are sent in lower case, as HTTP/2 wants them."""
        stream = int(self._connection.get_next_available_stream_id())
        head = [
            (b":method", b"GET"),
            (b":scheme", b"http"),
            (b":authority", b"localhost"),
            (b":path", path.encode()),
        ]
        lines = [*head, *((name.lower(), value) for name, value in headers)]
        self._connection.send_headers(stream, lines, end_stream=True)
        self._flush()
        return stream

    def _answers(self, streams: Sequence[int]) -> dict[int, Answer]:
        heads: dict[int, list[tuple[str, str]]] = {}
        bodies = dict.fromkeys(streams, b"")
        left = set(streams)
        while left:
            received = self._socket.recv(65536)
            assert received, f"the connection ended before {sorted(left)}"
            for event in self._connection.receive_data(received):
                if isinstance(event, ResponseReceived):
                    heads[event.stream_id] = [
                        (name.decode(), value.decode("latin-1")) for name, value in event.headers
                    ]
                elif isinstance(event, DataReceived):
                    length = event.flow_controlled_length
                    self._connection.acknowledge_received_data(length, event.stream_id)
                    if event.stream_id in bodies:
                        bodies[event.stream_id] += event.data
                elif isinstance(event, StreamReset):
                    assert event.stream_id not in left, f"stream {event.stream_id} was reset"
                elif isinstance(event, StreamEnded):
                    left.discard(event.stream_id)
            self._flush()
        return {
            stream: Answer(int(dict(heads[stream])[":status"]), heads[stream], bodies[stream])
            for stream in streams
        }

    def _flush(self) -> None:
        self._socket.sendall(self._connection.data_to_send())
