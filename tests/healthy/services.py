"""Healthy services from Debian that serve net/http/pprof, one row each: how each is started on loopback, and what loads it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from . import loads

Ports = tuple[int, ...]  # the service's own, then up to two more


@dataclass(frozen=True)
class Place:
    """Where one run of a service lives: its files, its ports, and the unpacked packages."""

    folder: Path
    ports: Ports
    root: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


@dataclass(frozen=True)
class Service:
    """A Debian package that holds one program with pprof."""

    package: str
    program: str
    arguments: Callable[[Place], list[str]]
    load: Callable[[Ports, Path], loads.Step]
    pprof_port: int = 0  # which of the ports
    environment: Callable[[Place], dict[str, str]] = field(default=lambda _: {})


def prometheus(at: Place) -> list[str]:
    config = at.write("prometheus.yml", "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                      f"scrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{at.ports[0]}']}}]}}]\n")
    return [f"--config.file={config}", f"--storage.tsdb.path={at.folder}/data", f"--web.listen-address=127.0.0.1:{at.ports[0]}"]


def caddy(at: Place) -> list[str]:
    at.write("www/page.html", "<p>hello</p>\n" * 100)
    at.write("www/big.bin", "x" * 300_000)
    config = at.write("Caddyfile", f"""{{
    admin 127.0.0.1:{at.ports[1]}
    auto_https off
}}
http://127.0.0.1:{at.ports[0]} {{
    root * {at.folder}/www
    respond /hello "hello"
    handle_path /proxy/* {{
        reverse_proxy 127.0.0.1:{at.ports[0]}
    }}
    file_server
}}
""")
    return ["run", "--config", str(config), "--adapter", "caddyfile"]


def etcd(at: Place) -> list[str]:
    client, peer = (f"http://127.0.0.1:{port}" for port in at.ports[:2])
    return [f"--data-dir={at.folder}/data", f"--listen-client-urls={client}", f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}", "--enable-pprof", "--enable-grpc-gateway"]


def docker_registry(at: Place) -> list[str]:
    config = at.write("registry.yml", f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
                      f"storage: {{filesystem: {{rootdirectory: {at.folder}/data}}, delete: {{enabled: true}}}}\n"
                      f"http: {{addr: '127.0.0.1:{at.ports[0]}', debug: {{addr: '127.0.0.1:{at.ports[1]}'}}}}\n")
    return ["serve", str(config)]


def influxdb(at: Place) -> list[str]:
    config = at.write("influxdb.conf", f"""reporting-disabled = true
bind-address = "127.0.0.1:{at.ports[1]}"
[meta]
  dir = "{at.folder}/meta"
[data]
  dir = "{at.folder}/data"
  wal-dir = "{at.folder}/wal"
[http]
  bind-address = "127.0.0.1:{at.ports[0]}"
  log-enabled = false
""")
    return ["-config", str(config)]


def rclone(at: Place) -> list[str]:
    for n in range(30):
        at.write(f"files/{n}", f"{n}\n" * 500)
    return ["rcd", "--rc-no-auth", f"--rc-addr=127.0.0.1:{at.ports[0]}", f"--config={at.folder}/rclone.conf"]


def syncthing(at: Place) -> list[str]:
    subprocess.run([at.root / "usr/bin/syncthing", "generate", f"--home={at.folder}", "--no-default-folder"], check=True, capture_output=True, timeout=60,
                   env={"HOME": str(at.folder), "PATH": "/usr/bin:/bin"})
    config = at.folder / "config.xml"
    text = config.read_text()
    for option in ("globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled", "crashReportingEnabled", "startBrowser"):
        text = re.sub(rf"<{option}>true<", f"<{option}>false<", text)
    text = re.sub(r"<listenAddress>.*?<", f"<listenAddress>tcp://127.0.0.1:{at.ports[2]}<", text)
    text = re.sub(r"<urAccepted>.*?<", "<urAccepted>-1<", text)
    config.write_text(text)
    return ["serve", f"--home={at.folder}", "--no-browser", "--no-restart", "--no-default-folder", f"--gui-address=127.0.0.1:{at.ports[0]}", "--gui-apikey=loopback"]


SERVICES = {
    "prometheus": Service("prometheus", "usr/bin/prometheus", prometheus, loads.over_http(loads.prometheus)),
    "node-exporter": Service("prometheus-node-exporter", "usr/bin/prometheus-node-exporter", lambda at: [f"--web.listen-address=127.0.0.1:{at.ports[0]}"],
                             loads.over_http(loads.node_exporter)),
    "pushgateway": Service("prometheus-pushgateway", "usr/bin/prometheus-pushgateway", lambda at: [f"--web.listen-address=127.0.0.1:{at.ports[0]}"],
                           loads.over_http(loads.pushgateway)),
    "caddy": Service("caddy", "usr/bin/caddy", caddy, loads.over_http(loads.caddy), pprof_port=1),
    "nats-server": Service("nats-server", "usr/sbin/nats-server", lambda at: ["-a", "127.0.0.1", "-p", str(at.ports[0]), "--profile", str(at.ports[1]), "-js", "-sd", str(at.folder)],
                           loads.nats, pprof_port=1),
    "syncthing": Service("syncthing", "usr/bin/syncthing", syncthing, loads.syncthing, pprof_port=1,
                         environment=lambda at: {"STPROFILER": f"127.0.0.1:{at.ports[1]}", "STNOUPGRADE": "1"}),
    "etcd": Service("etcd-server", "usr/bin/etcd", etcd, loads.over_http(loads.etcd)),
    "docker-registry": Service("docker-registry", "usr/bin/docker-registry", docker_registry, loads.docker_registry, pprof_port=1),
    "victoria-metrics": Service("victoria-metrics", "usr/bin/victoria-metrics", lambda at: [f"-httpListenAddr=127.0.0.1:{at.ports[0]}", f"-storageDataPath={at.folder}/data"],
                                loads.over_http(loads.victoria_metrics)),
    "influxdb": Service("influxdb", "usr/bin/influxd", influxdb, loads.over_http(loads.influxdb)),
    "rclone": Service("rclone", "usr/bin/rclone", rclone, loads.over_http(loads.rclone)),
}
