"""One process of lambda-runtime.ts, and the lines of JSON that go to and fro."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

LOG_BYTES_MAX = 8 << 20


class Ended(Exception):
    """The process has ended; the message says how, as Lambda says it."""


class NodeProcess:
    """Its output goes to a file, as a pipe that nobody reads would block it."""

    def __init__(self, id, code, env):
        folder = Path(tempfile.gettempdir()) / "functions"
        folder.mkdir(exist_ok=True)
        self.code, self.env, self.log_path = code, env, folder / f"{id}.log"
        self.process = self.channel = None
        self.received, self.log_offset = b"", 0

    def spawn(self, deadline):
        """Starts the process and returns its first message."""
        ours, theirs = socket.socketpair()
        with theirs, open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [os.environ["LAMBDA_NODE"], os.environ["LAMBDA_RUNTIME"]],
                cwd=self.code,
                env={
                    **self.env,
                    "LAMBDA_CHANNEL_FD": str(theirs.fileno()),
                    "NODE_COMPILE_CACHE": str(self.log_path.parent / "compiled"),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        if self.channel:
            self.channel.close()
        self.channel, self.received = ours, b""
        return self._receive(deadline)

    def is_running(self):
        return self.process.poll() is None

    def ask(self, message, deadline):
        """Sends an invocation and returns the reply. Raises TimeoutError, or Ended."""
        try:
            self.channel.settimeout(_left(deadline))
            self.channel.sendall(json.dumps(message).encode() + b"\n")
        except (ConnectionError, BrokenPipeError):
            raise Ended(self._how()) from None
        return self._receive(deadline)

    def _receive(self, deadline):
        chunks = [self.received]
        while b"\n" not in chunks[-1]:
            self.channel.settimeout(_left(deadline))
            try:
                data = self.channel.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                raise Ended(self._how())
            chunks.append(data)
        line, _, self.received = b"".join(chunks).partition(b"\n")
        return json.loads(line)

    def _how(self):
        try:
            status = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self.process.returncode
        if status < 0:
            return f"Runtime exited with error: signal: {signal.Signals(-status).name}"
        return f"Runtime exited with error: exit status {status}" if status else "Runtime exited without providing a reason"

    def kill(self):
        if self.process and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()

    def close(self):
        """Kills the process, and wakes whoever waits for its reply."""
        self.kill()
        try:
            if self.channel:
                self.channel.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def take_output(self):
        """What the process has written since the last call."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_offset)
            data = log.read()
        self.log_offset += len(data)
        if self.log_offset > LOG_BYTES_MAX:
            os.truncate(self.log_path, 0)
            self.log_offset = 0
        return data.decode("utf-8", "replace")


def _left(deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
