"""Clients of the stack under test, whose address and keys are in the environment, and the AWS CLI as a program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.config import Config


def client(service):
    # Each error is the answer to one call.
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


class CommandFailed(Exception):
    """What the command wrote to its standard error."""


def cli(*arguments):
    """What `aws ARGUMENTS` answers, parsed; None for nothing. Raises CommandFailed."""
    # As an option, since the CLI has an address of its own for queues that the environment does not override.
    options = ("--endpoint-url", os.environ["AWS_ENDPOINT_URL"], "--output", "json")
    program = Path(sys.executable).with_name("aws")
    done = subprocess.run([sys.executable, program, *arguments, *options], capture_output=True, text=True)
    if done.returncode != 0:
        raise CommandFailed(done.stderr.strip())
    return json.loads(done.stdout) if done.stdout.strip() else None
