"""Objects, asked by boto3 and the AWS CLI."""

import json
import os
import tempfile
import unittest
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3
from aws import CommandFailed, cli, client
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = client("s3")
MIB = 1024 * 1024


class Objects(unittest.TestCase):
    def setUp(self):
        self.bucket = f"b-{uuid4()}"
        s3.create_bucket(Bucket=self.bucket)

    def put(self, key, body=b"x", **more):
        return s3.put_object(Bucket=self.bucket, Key=key, Body=body, **more)

    def read(self, key, **more):
        return s3.get_object(Bucket=self.bucket, Key=key, **more)["Body"].read()

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(Bucket=self.bucket, **arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code)

    def test_keys(self):
        """boto3 stores, lists and deletes objects under any key, control characters and dots among them"""
        keys = ["a/../b", "b", "a/..", "//", "\x01\x1f", "ü €😀", "100%", "a+b c", "<&>'\"", "k" * 1024]
        for key in keys:
            self.put(key, key.encode())
        listed = [one["Key"] for one in s3.list_objects_v2(Bucket=self.bucket)["Contents"]]
        self.assertEqual(listed, sorted(keys, key=str.encode))
        self.assertEqual([one["Key"] for one in s3.list_objects(Bucket=self.bucket)["Contents"]], listed)
        for key in keys:
            self.assertEqual(self.read(key), key.encode())
            s3.delete_object(Bucket=self.bucket, Key=key)
        s3.delete_bucket(Bucket=self.bucket)

    def test_pages(self):
        """boto3 pages through keys and common prefixes, each once"""
        keys = [f"{'Ab'[n % 2]}{n}/{n % 3}" for n in range(60)]
        for key in keys:
            self.put(key)
        for name in ("list_objects_v2", "list_objects", "list_object_versions"):
            pages = s3.get_paginator(name).paginate(Bucket=self.bucket, PaginationConfig={"PageSize": 7})
            found = [one["Key"] for page in pages for one in page.get("Contents", page.get("Versions", []))]
            self.assertEqual(found, sorted(keys))
            pages = s3.get_paginator(name).paginate(Bucket=self.bucket, Delimiter="/", PaginationConfig={"PageSize": 7})
            prefixes = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
            self.assertEqual(prefixes, sorted({key.split("/")[0] + "/" for key in keys}))

    def test_checksums(self):
        """boto3 finds each checksum right, and is refused a wrong one"""
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            self.put("k", b"hello", ChecksumAlgorithm=algorithm)
            got = s3.get_object(Bucket=self.bucket, Key="k", ChecksumMode="ENABLED")
            self.assertEqual((got["Body"].read(), got["ChecksumType"]), (b"hello", "FULL_OBJECT"))
            self.assertIn(f"Checksum{algorithm}", got)
        self.refused("BadDigest", s3.put_object, Key="k", Body=b"x", ChecksumCRC32="AAAAAA==")
        self.refused("BadDigest", s3.put_object, Key="k", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
        self.refused("InvalidDigest", s3.put_object, Key="k", Body=b"x", ContentMD5="x")

    def test_conditions(self):
        """boto3 creates an object once, and changes it only at its ETag"""
        etag = self.put("k", IfNoneMatch="*")["ETag"]
        self.refused("PreconditionFailed", s3.put_object, Key="k", Body=b"y", IfNoneMatch="*")
        self.refused("PreconditionFailed", s3.put_object, Key="k", Body=b"y", IfMatch='"other"')
        self.put("k", b"y", IfMatch=etag)
        self.refused("304", s3.get_object, Key="k", IfNoneMatch=self.put("k", b"y")["ETag"])
        self.refused("InvalidRange", s3.get_object, Key="k", Range="bytes=1-")

    def test_multipart(self):
        """boto3 uploads a large file in parts, and downloads it in ranges"""
        body = os.urandom(17 * MIB)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "file")
            with open(path, "wb") as file:
                file.write(body)
            s3.upload_file(path, self.bucket, "large")
            head = s3.head_object(Bucket=self.bucket, Key="large", ChecksumMode="ENABLED")
            self.assertRegex(head["ETag"], r'^"[0-9a-f]{32}-3"$')
            s3.download_file(self.bucket, "large", path)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), body)
        upload = s3.create_multipart_upload(Bucket=self.bucket, Key="sums", ChecksumAlgorithm="SHA256")
        of = {"Bucket": self.bucket, "Key": "sums", "UploadId": upload["UploadId"]}
        parts = []
        for number in (1, 2):
            chunk = body[(number - 1) * 5 * MIB : number * 5 * MIB]
            part = s3.upload_part(**of, PartNumber=number, Body=chunk, ChecksumAlgorithm="SHA256")
            parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]})
        done = s3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts})
        self.assertEqual((done["ChecksumType"], done["ChecksumSHA256"][-2:]), ("COMPOSITE", "-2"))
        self.assertEqual(self.read("sums"), body[: 10 * MIB])
        s3.copy({"Bucket": self.bucket, "Key": "large"}, self.bucket, "copy")
        self.assertEqual(self.read("copy", Range=f"bytes={16 * MIB}-"), body[16 * MIB :])

    def test_versions(self):
        """boto3 keeps versions, and takes back a deletion"""
        s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        one = self.put("k", b"one")["VersionId"]
        self.put("k", b"two")
        marker = s3.delete_object(Bucket=self.bucket, Key="k")
        self.refused("NoSuchKey", s3.get_object, Key="k")
        self.assertEqual(self.read("k", VersionId=one), b"one")
        s3.delete_object(Bucket=self.bucket, Key="k", VersionId=marker["VersionId"])
        self.assertEqual(self.read("k"), b"two")
        self.refused("BucketNotEmpty", s3.delete_bucket)

    def test_presigned(self):
        """an address that boto3 presigned uploads and downloads"""
        # By itself it would take the older signature, which S3 accepts in its oldest regions only.
        signer = boto3.client("s3", config=Config(signature_version="s3v4"))
        for method, operation, body in (("PUT", "put_object", b"hello"), ("GET", "get_object", None)):
            url = signer.generate_presigned_url(operation, Params={"Bucket": self.bucket, "Key": "a b/ü"})
            with urlopen(Request(url, method=method, data=body)) as answer:
                self.assertEqual((answer.status, answer.read()), (200, b"" if body else b"hello"))

    def test_configurations(self):
        """boto3 reads back tags, lifecycle rules and the block of public access"""
        self.put("k", Tagging="a=1&b=2")
        self.assertEqual(len(s3.get_object_tagging(Bucket=self.bucket, Key="k")["TagSet"]), 2)
        rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "in/"}, "Expiration": {"Days": 3}}
        s3.put_bucket_lifecycle_configuration(Bucket=self.bucket, LifecycleConfiguration={"Rules": [rule]})
        self.assertEqual(s3.get_bucket_lifecycle_configuration(Bucket=self.bucket)["Rules"], [rule])
        block = {name: True for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}
        s3.put_public_access_block(Bucket=self.bucket, PublicAccessBlockConfiguration=block)
        self.assertEqual(s3.get_public_access_block(Bucket=self.bucket)["PublicAccessBlockConfiguration"], block)
        self.refused("NoSuchTagSet", s3.get_bucket_tagging)
        self.refused("NotImplemented", s3.get_bucket_website)

    def test_cli(self):
        """the AWS CLI copies files in and out, lists and removes them, and deletes the bucket"""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ä b.txt")
            with open(path, "wb") as file:
                file.write(b"x" * 9 * MIB)
            address = f"s3://{self.bucket}/in/ä b.txt"
            run("s3", "cp", path, address)
            run("s3", "cp", address, path + ".back")
            self.assertEqual(os.path.getsize(path + ".back"), 9 * MIB)
        listed = cli("s3api", "list-objects-v2", "--bucket", self.bucket)
        self.assertEqual([one["Key"] for one in listed["Contents"]], ["in/ä b.txt"])
        with self.assertRaisesRegex(CommandFailed, "NoSuchKey"):
            cli("s3api", "get-object", "--bucket", self.bucket, "--key", "none", os.devnull)
        run("s3", "rb", "--force", f"s3://{self.bucket}")
        self.assertNotIn(self.bucket, json.dumps(s3.list_buckets()["Buckets"], default=str))


def run(*arguments):
    """A command that prints lines for people."""
    try:
        cli(*arguments)
    except json.JSONDecodeError:
        pass
