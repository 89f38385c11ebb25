import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { Bucket, client, put, read, serveObjects } from './by-sdk.ts'

serveObjects()

describe('a multipart upload', () => {
  const part = Buffer.alloc(5 * 1024 * 1024, 'p')

  it.each<[ChecksumAlgorithm, ChecksumType]>([
    ['CRC32', 'COMPOSITE'],
    ['CRC64NVME', 'FULL_OBJECT'],
    ['CRC32C', 'FULL_OBJECT'],
  ])('with %s of type %s becomes one object, with an ETag of its parts', async (ChecksumAlgorithm, ChecksumType) => {
    const Key = `parts-${ChecksumAlgorithm}`
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm, ChecksumType }),
    )
    const upload = (PartNumber: number, Body: string | Buffer) =>
      client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm }))
    const Parts: CompletedPart[] = []
    for (const [PartNumber, Body] of [
      [2, part],
      [5, 'end'],
    ] as const) {
      const { $metadata: _, ...stored } = await upload(PartNumber, Body)
      Parts.push({ PartNumber, ...stored })
    }
    const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [2, part.length],
      [5, 3],
    ])
    const complete = (parts: typeof Parts, more: object = {}) =>
      client.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...more }),
      )
    await expect(complete(Parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' })
    await expect(complete([{ ...Parts[0], PartNumber: 2, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' })
    const done = await complete(Parts)
    const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest()
    const etag = createHash('md5')
      .update(Buffer.concat([md5(part), md5('end')]))
      .digest('hex')
    expect(done).toMatchObject({ ETag: `"${etag}-2"`, ChecksumType })
    const whole = await read(Key, { ChecksumMode: 'ENABLED' })
    expect(whole.text === `${part}end`).toBe(true)
    expect(await read(Key, { PartNumber: 5 })).toMatchObject({ text: 'end', PartsCount: 2 })
    const attributes = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'Checksum', 'ObjectSize'] }),
    )
    expect(attributes).toMatchObject({ ObjectSize: part.length + 3, ObjectParts: { TotalPartsCount: 2 } })
    await client.send(new CopyObjectCommand({ Bucket, Key: `${Key}-copy`, CopySource: `files/${Key}` }))
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: `${Key}-copy` }))).toMatchObject({
      ETag: `"${createHash('md5').update(`${part}end`).digest('hex')}"`,
    })
  })

  it('is refused when a part but the last is small, and is gone when it is aborted', async () => {
    const Key = 'small-parts'
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const Parts = []
    for (const PartNumber of [1, 2]) {
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'x' }),
      )
      Parts.push({ PartNumber, ETag, ChecksumCRC32 })
    }
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })
    await expect(client.send(complete)).rejects.toMatchObject({ name: 'EntityTooSmall' })
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
    expect(Uploads.map((upload) => upload.UploadId)).toEqual([UploadId])
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    await expect(client.send(complete)).rejects.toMatchObject({ name: 'NoSuchUpload' })
    await expect(read(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('takes parts of other objects', async () => {
    await put('source of parts', '0123456789')
    const Key = 'copied-parts'
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const copy = (CopySourceRange: string) =>
      client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key,
          UploadId,
          PartNumber: 1,
          CopySource: 'files/source%20of%20parts',
          CopySourceRange,
        }),
      )
    await expect(copy('bytes=5-10')).rejects.toMatchObject({ name: 'InvalidRequest' })
    const { CopyPartResult } = await copy('bytes=2-4')
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 }]
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    expect((await read(Key)).text).toBe('234')
  })
})
