"""A broker of our own for one test: started on a free port with an empty folder, stopped and removed afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

READY_SECONDS, STOP_SECONDS = 60, 30
DEFAULTS = {"group.initial.rebalance.delay.ms": "0", "num.partitions": "4"}


class BrokerFailed(Exception):
    """The broker did not start, or ended by itself."""


class Broker:
    """A running `tidemill broker`; `address` is HOST:PORT, `data` its folder, `log_path` what it wrote to stderr."""

    def __init__(self, binary, config=None, listen="127.0.0.1:0"):
        self.folder = tempfile.mkdtemp(prefix="tidemill-conformance-")
        self.data, self.log_path = os.path.join(self.folder, "data"), os.path.join(self.folder, "broker.log")
        settings = DEFAULTS | (config or {})
        command = [binary, "broker", "--data-dir", self.data, "--listen", listen]
        for key, value in settings.items():
            command += ["-X", f"{key}={value}"]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        # A broker that neither speaks nor ends would keep readline waiting.
        patience = threading.Timer(READY_SECONDS, self.process.kill)
        patience.start()
        line = self.process.stdout.readline()
        patience.cancel()
        if not line.startswith("READY kafka="):
            self.close()
            raise BrokerFailed(f"the broker did not say READY within {READY_SECONDS} s but {line!r}")
        self.address = line.removeprefix("READY kafka=").split()[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ended(self):
        """Why the broker is gone, or an empty text while it runs."""
        status = self.process.poll()
        return "" if status is None else f"the broker ended with status {status}: {self.last_words()}"

    def last_words(self):
        """The last lines of the broker's log."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return " ".join(log.read().splitlines()[-3:])

    def stop(self):
        """Stops the broker and keeps its folder."""
        if self.process.poll() is None:
            self.process.terminate()
            started = time.monotonic()
            while self.process.poll() is None and time.monotonic() - started < STOP_SECONDS:
                time.sleep(0.02)
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def close(self):
        """Stops the broker and removes what it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_address():
    """An address of the loopback interface that nobody listened on just now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"
