"""Certificates for TLS tests, made by the openssl command when they are needed."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import pace

SUBJECT_ALT_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@dataclass
class Authority:
    """A certificate authority of the test's own, with what it has signed."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def issue(self, name: str, extension: str = SUBJECT_ALT_NAMES) -> tuple[Path, Path]:
        """A certificate and its key, signed by this authority."""
        key, request, certificate, extensions = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        extensions.write_text(extension + "\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key


def openssl(*args) -> None:
    run = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, timeout=pace.stretched(60), check=False)
    assert run.returncode == 0, run.stderr


def make_authority(folder: Path) -> Authority:
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-days", "2",
            "-subj", "/CN=test authority")
    return Authority(folder)


def server_context(certificate: tuple[Path, Path], clients: Path | None = None) -> ssl.SSLContext:
    """A server's TLS settings; with `clients` it demands a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context
