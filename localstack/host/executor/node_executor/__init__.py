"""Runs the Lambda functions of LocalStack as Node.js processes; the community edition by itself runs them in Docker only.

An execution environment is one process of lambda-runtime.ts, which says what the two tell each other. It stays warm between
invocations. The executor enforces the time limit, notices a process that ends, and starts a new one for the next invocation.
"""

import json
import logging
import math
import os
import time
from concurrent.futures import CancelledError, wait

from localstack import config
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from node_executor.process import Ended, NodeProcess

LOG = logging.getLogger(__name__)
RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100
UPDATE_SECONDS_MAX = 10
LOOPBACK = "127.0.0.1"
# LocalStack's own variables for its runtime in a container; no function sees them on AWS.
INTERNAL = ("LOCALSTACK_RUNTIME_ID", "LOCALSTACK_RUNTIME_ENDPOINT", "LOCALSTACK_FUNCTION_ACCOUNT_ID")


class NodeExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self.process = None
        self.stopped = False

    def start(self, env_vars):
        settings = self.function_version.config
        if not (settings.runtime or "").startswith("nodejs"):
            raise NotImplementedError(f"runtime {settings.runtime or 'image'}: only nodejs runs without Docker")
        code = str(settings.code.get_unzipped_code_location())
        env = {name: str(value) for name, value in env_vars.items() if name not in INTERNAL}
        env |= {"AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.runtime}", "LAMBDA_TASK_ROOT": code, "PATH": os.environ["PATH"]}
        # Keeps the SDK away from the ~/.aws of whoever started LocalStack.
        env.setdefault("HOME", code)
        self.process = NodeProcess(self.id, code, env)
        self._spawn()

    def _spawn(self):
        try:
            message = self.process.spawn(time.monotonic() + config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT)
        except Ended as ended:
            message = {"initError": {"errorType": "Runtime.ExitError", "errorMessage": f"Error: {ended}"}}
        self._raise_if_stopped()
        if "initError" in message:
            name = self.function_version.id.function_name
            LOG.warning("%s does not load: %s\n%s", name, message["initError"], self.process.take_output())
            self.process.kill()
            raise StatusErrorException("Environment startup failed", json.dumps(message["initError"]).encode())

    def stop(self):
        self.stopped = True
        if self.process:
            self.process.close()

    def invoke(self, payload):
        request_id, seconds = payload["invoke-id"], int(self.function_version.config.timeout)
        if not self.process.is_running():
            self._spawn()
        started = time.monotonic()
        request = {**payload, "deadline-ms": int((time.time() + seconds) * 1000)}
        error = None
        try:
            reply = self.process.ask(request, started + seconds)
            error = reply.get("error")
            if error is None and len(reply["result"].encode()) > RESPONSE_BYTES_MAX:
                error = _error("Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes).")
        except TimeoutError:
            self.process.kill()
            error = _error("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds")
        except Ended as ended:
            error = _error("Runtime.ExitError", f"RequestId: {request_id} Error: {ended}")
        self._raise_if_stopped()
        body = json.dumps(error) if error else reply["result"]
        return InvocationResult(request_id, body.encode(), is_error=error is not None, logs=self._log(request_id, started, error))

    def _raise_if_stopped(self):
        if self.stopped:
            raise CancelledError()

    def _log(self, request_id, started, error):
        ms = (time.monotonic() - started) * 1000
        output = self.process.take_output()
        if error:
            output += f"{json.dumps(error)}\n"
        return (
            f"START RequestId: {request_id} Version: {self.function_version.id.qualifier}\n{output}"
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {ms:.2f} ms\t"
            f"Billed Duration: {math.ceil(ms)} ms\tMemory Size: {self.function_version.config.memory_size} MB\n"
        )

    def get_logs(self):
        return self.process.take_output() if self.process else ""

    # What LocalStack asks of an executor in a container

    def get_address(self):
        return LOOPBACK

    def get_endpoint_from_executor(self):
        return LOOPBACK

    def get_runtime_endpoint(self):
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass


def _error(kind, message):
    return {"errorType": kind, "errorMessage": message}


def _log_group_name(environment):
    """The log group in the function's settings, which LocalStack stores and does not use."""
    settings = environment.function_version.config.logging_config or {}
    return settings.get("LogGroup") or f"/aws/lambda/{environment.function_version.id.function_name}"


def _waiting_for(update_version):
    """The answer to an update waits until the function is updated, which takes milliseconds. CloudFormation asks before that, and again after a second."""

    def update_version_and_wait(self, new_version):
        updated = update_version(self, new_version)
        wait([updated], UPDATE_SECONDS_MAX)
        return updated

    return update_version_and_wait


class NodeExecutorPlugin(RuntimeExecutorPlugin):
    name = "node"

    def load(self, *args, **kwargs):
        ExecutionEnvironment.get_log_group_name = _log_group_name
        LambdaService.update_version = _waiting_for(LambdaService.update_version)
        return NodeExecutor
