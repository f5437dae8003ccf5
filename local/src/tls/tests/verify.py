"""Says of each NAME.pem in a folder whether a client that trusts ca.pem accepts a server with it."""

import ssl
import sys
from pathlib import Path


def shake(
    client: ssl.SSLObject, server: ssl.SSLObject, pipes: list[tuple[ssl.MemoryBIO, ssl.MemoryBIO]]
) -> None:
    for _ in range(10):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            if side is client:
                return
        for source, sink in pipes:
            sink.write(source.read())


def verdict(folder: Path, name: str) -> str:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    trusting = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    client = trusting.wrap_bio(to_client, from_client, server_hostname=name)
    server = serving.wrap_bio(to_server, from_server, server_side=True)
    try:
        shake(client, server, [(from_client, to_server), (from_server, to_client)])
    except ssl.SSLCertVerificationError as error:
        return f"refused {error.verify_message}"
    return "accepted"


folder = Path(sys.argv[1])
for key in folder.glob("*.key"):
    name = key.name.removesuffix(".key")
    print(name, verdict(folder, name))
