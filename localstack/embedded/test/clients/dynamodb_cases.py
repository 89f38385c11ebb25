"""Tables and their streams, asked by boto3 and the AWS CLI."""

import unittest
from uuid import uuid4

from aws import CommandFailed, cli, client

dynamodb = client("dynamodb")
streams = client("dynamodbstreams")


class Tables(unittest.TestCase):
    def table(self):
        name = f"t-{uuid4()}"
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return name

    def put(self, table, pk, **more):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": "s"}, **more})

    def test_expressions(self):
        """boto3 is told about an expression that is none in DynamoDB's words, and the next call works"""
        table = self.table()
        with self.assertRaises(dynamodb.exceptions.ClientError) as caught:
            dynamodb.scan(
                TableName=table, FilterExpression="a = :é", ExpressionAttributeValues={":é": {"S": "x"}}
            )
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], "ValidationException")
        self.assertIn("Syntax error", error["Message"])
        self.assertEqual(dynamodb.scan(TableName=table)["Count"], 0)

    def test_update_of_lists(self):
        """boto3 removes the elements that it names and appends beyond the end"""
        table = self.table()
        self.put(table, "a", l={"L": [{"N": str(n)} for n in range(4)]})
        key = {"pk": {"S": "a"}, "sk": {"S": "s"}}
        updated = dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET l[9] = :x REMOVE l[1], l[2]",
            ExpressionAttributeValues={":x": {"N": "9"}},
            ReturnValues="ALL_NEW",
        )
        self.assertEqual([int(n["N"]) for n in updated["Attributes"]["l"]["L"]], [0, 3, 9])

    def test_stream_by_boto3(self):
        """boto3 reads a stream from its shard's first sequence number on"""
        table = self.table()
        self.put(table, "a")
        [stream] = streams.list_streams(TableName=table)["Streams"]
        described = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
        [shard] = described["Shards"]
        first = shard["SequenceNumberRange"]["StartingSequenceNumber"]
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"],
            ShardId=shard["ShardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=first,
        )["ShardIterator"]
        [record] = streams.get_records(ShardIterator=iterator)["Records"]
        self.assertEqual((record["eventName"], record["dynamodb"]["SequenceNumber"]), ("INSERT", first))

    def test_stream_by_cli(self):
        """the AWS CLI reads a stream, and is told about a shard that is not there"""
        table = self.table()
        self.put(table, "a")
        arn = cli("dynamodb", "describe-table", "--table-name", table)["Table"]["LatestStreamArn"]
        [shard] = cli("dynamodbstreams", "describe-stream", "--stream-arn", arn)["StreamDescription"]["Shards"]
        start = ("--shard-iterator-type", "TRIM_HORIZON", "--stream-arn", arn)
        iterator = cli("dynamodbstreams", "get-shard-iterator", *start, "--shard-id", shard["ShardId"])["ShardIterator"]
        [record] = cli("dynamodbstreams", "get-records", "--shard-iterator", iterator)["Records"]
        self.assertEqual(record["dynamodb"]["Keys"]["pk"], {"S": "a"})
        with self.assertRaisesRegex(CommandFailed, "ResourceNotFoundException"):
            cli("dynamodbstreams", "get-shard-iterator", *start, "--shard-id", "shardId-00000000000000000001-00000000")

    def test_backups(self):
        """boto3 and the AWS CLI restore a backup, and the latest time, into new tables"""
        table = self.table()
        self.put(table, "a")
        arn = dynamodb.create_backup(TableName=table, BackupName="nightly")["BackupDetails"]["BackupArn"]
        self.put(table, "later")
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        from_backup, latest = f"r-{uuid4()}", f"r-{uuid4()}"
        cli("dynamodb", "restore-table-from-backup", "--backup-arn", arn, "--target-table-name", from_backup)
        cli(
            *("dynamodb", "restore-table-to-point-in-time", "--use-latest-restorable-time"),
            *("--source-table-name", table, "--target-table-name", latest),
        )
        for name, count in ((from_backup, 1), (latest, 2)):
            dynamodb.get_waiter("table_exists").wait(TableName=name)
            self.assertEqual(dynamodb.scan(TableName=name)["Count"], count)
        [summary] = cli("dynamodb", "list-backups", "--table-name", table)["BackupSummaries"]
        self.assertEqual(summary["BackupArn"], arn)
        cli("dynamodb", "delete-backup", "--backup-arn", arn)
