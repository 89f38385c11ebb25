"""Queues, asked by boto3 and the AWS CLI."""

import unittest
from uuid import uuid4

from botocore.exceptions import ClientError

from aws import CommandFailed, cli, client

sqs = client("sqs")


class Queues(unittest.TestCase):
    def queue(self, suffix="", **attributes):
        return sqs.create_queue(QueueName=f"q-{uuid4()}{suffix}", Attributes=attributes)["QueueUrl"]

    def fifo(self, **attributes):
        return self.queue(".fifo", FifoQueue="true", **attributes)

    def arn(self, url):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def refused(self, code, words, call, **parameters):
        with self.assertRaises(ClientError) as refusal:
            call(**parameters)
        error = refusal.exception.response["Error"]
        self.assertEqual(error["Code"], code)
        self.assertIn(words, error["Message"])

    def bodies(self, url):
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages]

    def test_checksums(self):
        """boto3 finds the checksums of bodies, attributes and system attributes right"""
        url = self.queue()
        attributes = {
            "n": {"DataType": "Number.int", "StringValue": "1"},
            "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
            "Ä.x": {"DataType": "String", "StringValue": "ü😀"},
        }
        trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
        body = "ä😀\t\r\n"
        sent = sqs.send_message(
            QueueUrl=url, MessageBody=body, MessageAttributes=attributes, MessageSystemAttributes=trace
        )
        self.assertIn("MD5OfMessageSystemAttributes", sent)
        [message] = sqs.receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["AWSTraceHeader"]
        )["Messages"]
        self.assertEqual((message["Body"], message["MessageAttributes"]), (body, attributes))
        self.assertEqual(message["Attributes"]["AWSTraceHeader"], trace["AWSTraceHeader"]["StringValue"])

    def test_selection(self):
        """boto3 gets the attributes that it asks for, with their checksum"""
        url = self.queue()
        attributes = {name: {"DataType": "String", "StringValue": "x"} for name in ("a", "b.c", "b.d")}
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
        for wanted, expected in ((["b.*"], {"b.c", "b.d"}), (["a"], {"a"}), (["none"], set())):
            [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=wanted, VisibilityTimeout=0)["Messages"]
            self.assertEqual(set(message.get("MessageAttributes", {})), expected)

    def test_batch(self):
        """a batch tells which of its messages were taken"""
        url = self.queue()
        entries = [{"Id": "a", "MessageBody": "a"}, {"Id": "b", "MessageBody": "b", "DelaySeconds": 901}]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.assertEqual([one["Id"] for one in answer["Successful"]], ["a"])
        self.assertEqual([(one["Id"], one["Code"]) for one in answer["Failed"]], [("b", "InvalidParameterValue")])

    def test_groups_deduplicate_apart(self):
        """groups deduplicate apart when the queue says so"""
        url = self.fifo(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
        for group in ("a", "b", "a"):
            sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group, MessageDeduplicationId="same")
        self.assertEqual(sorted(self.bodies(url)), ["a", "b"])

    def test_group_lock(self):
        """a FIFO group with a message in flight gives no other"""
        url = self.fifo(ContentBasedDeduplication="true")
        for body in ("a1", "a2", "b1"):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
        [first] = sqs.receive_message(QueueUrl=url)["Messages"]
        self.assertEqual((first["Body"], self.bodies(url)), ("a1", ["b1"]))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        self.assertEqual(self.bodies(url), ["a2"])

    def test_redrive(self):
        """a message that is received too often moves to the dead-letter queue and, by a task, back"""
        dead = self.queue()
        policy = f'{{"deadLetterTargetArn":"{self.arn(dead)}","maxReceiveCount":"1"}}'
        url = self.queue(RedrivePolicy=policy, VisibilityTimeout="0")
        sqs.send_message(QueueUrl=url, MessageBody="poison")
        self.assertEqual((self.bodies(url), self.bodies(url)), (["poison"], []))
        self.assertEqual(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
        sqs.start_message_move_task(SourceArn=self.arn(dead))
        [back] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        self.assertEqual(back["Body"], "poison")
        [task] = sqs.list_message_move_tasks(SourceArn=self.arn(dead))["Results"]
        self.assertEqual(task["ApproximateNumberOfMessagesMoved"], 1)

    def test_refusals(self):
        """what SQS refuses is refused with its code and words"""
        url = self.queue()
        send = {"call": sqs.send_message, "QueueUrl": url, "MessageBody": "x"}
        eleven = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(11)}
        self.refused("InvalidParameterValue", "[11] exceeds the allowed maximum [10]", **send, MessageAttributes=eleven)
        self.refused("InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900.", **send, DelaySeconds=901)
        self.refused("InvalidMessageContents", "Invalid characters", **{**send, "MessageBody": "\x01"})
        self.refused("InvalidParameterValue", "MessageGroupId can only include", **send, MessageGroupId="a b")
        self.refused("InvalidParameterValue", "shorter than 1048576 bytes", **{**send, "MessageBody": "x" * 1048577})
        gone = {"QueueUrl": url, "ReceiptHandle": "garbage"}
        self.refused("ReceiptHandleIsInvalid", "is not a valid receipt handle", sqs.delete_message, **gone)
        self.refused(
            "AWS.SimpleQueueService.NonExistentQueue", "does not exist", sqs.get_queue_url, QueueName=f"q-{uuid4()}"
        )
        nowhere = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":"3"}'
        set_attributes = {"call": sqs.set_queue_attributes, "QueueUrl": url}
        self.refused(
            "InvalidParameterValue",
            "Dead letter target does not exist.",
            **set_attributes,
            Attributes={"RedrivePolicy": nowhere},
        )
        self.refused("InvalidAttributeName", "FifoQueue", **set_attributes, Attributes={"FifoQueue": "true"})
        many = [{"Id": str(n), "MessageBody": "x"} for n in range(11)]
        self.refused(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "You have sent 11.",
            sqs.send_message_batch,
            QueueUrl=url,
            Entries=many,
        )

    def test_exceptions(self):
        """boto3 raises the exceptions of its model"""
        with self.assertRaises(sqs.exceptions.QueueDoesNotExist):
            sqs.get_queue_url(QueueName=f"q-{uuid4()}")
        url = self.queue()
        with self.assertRaises(sqs.exceptions.QueueNameExists):
            sqs.create_queue(QueueName=url.rsplit("/", 1)[1], Attributes={"DelaySeconds": "1"})

    def test_cli(self):
        """the AWS CLI creates, fills, reads, tags, purges and deletes a queue"""
        name = f"q-{uuid4()}"
        url = cli("sqs", "create-queue", "--queue-name", name, "--attributes", "VisibilityTimeout=5")["QueueUrl"]
        cli("sqs", "send-message", "--queue-url", url, "--message-body", "hello")
        [message] = cli("sqs", "receive-message", "--queue-url", url, "--attribute-names", "All")["Messages"]
        self.assertEqual((message["Body"], message["Attributes"]["ApproximateReceiveCount"]), ("hello", "1"))
        cli("sqs", "tag-queue", "--queue-url", url, "--tags", "team=x")
        self.assertEqual(cli("sqs", "list-queue-tags", "--queue-url", url), {"Tags": {"team": "x"}})
        cli("sqs", "purge-queue", "--queue-url", url)
        attributes = cli("sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "All")["Attributes"]
        self.assertEqual(
            (attributes["VisibilityTimeout"], attributes["ApproximateNumberOfMessagesNotVisible"]), ("5", "0")
        )
        cli("sqs", "delete-queue", "--queue-url", url)
        with self.assertRaisesRegex(CommandFailed, "NonExistentQueue"):
            cli("sqs", "send-message", "--queue-url", url, "--message-body", "hello")
