"""Queues, asked by boto3 and the AWS CLI."""

import unittest
from uuid import uuid4

from aws import cli, client

sqs = client("sqs")


class Queues(unittest.TestCase):
    def queue(self, suffix="", **attributes):
        return sqs.create_queue(QueueName=f"q-{uuid4()}{suffix}", Attributes=attributes)["QueueUrl"]

    def test_boto3(self):
        """boto3 sends and receives a message, and finds its checksums right"""
        url = self.queue()
        attributes = {"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
        sqs.send_message(QueueUrl=url, MessageBody="ä😀", MessageAttributes=attributes)
        [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
        self.assertEqual((message["Body"], message["MessageAttributes"]), ("ä😀", attributes))

    def test_cli(self):
        """the AWS CLI sends and receives a message"""
        url = self.queue()
        cli("sqs", "send-message", "--queue-url", url, "--message-body", "hello")
        [message] = cli("sqs", "receive-message", "--queue-url", url)["Messages"]
        self.assertEqual(message["Body"], "hello")
