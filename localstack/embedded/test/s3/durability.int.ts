import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createBucketNotifications } from '../../s3/notifications.ts'
import { ownFolder, ownObjects, textsOf } from './own-objects.ts'
import { writeAndKill } from './write-and-kill.ts'

const filesIn = (dataDir: string, folder: 'bodies' | 'incoming') =>
  readdirSync(join(dataDir, 's3', folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[0-9a-f]{48}$/.test(name),
  )

describe('stored objects', () => {
  it('are there after a restart, and what a kill left over is not', async () => {
    const first = await ownObjects()
    await first.ask('PutObject', { key: 'a', body: 'kept' })
    await first.objects.stop()
    const { dataDir } = first
    const leftOver = 'f'.repeat(48)
    mkdirSync(join(dataDir, 's3', 'bodies', 'ff'), { recursive: true })
    writeFileSync(join(dataDir, 's3', 'incoming', leftOver), 'half')
    writeFileSync(join(dataDir, 's3', 'bodies', 'ff', leftOver), 'stored, but its row was never committed')
    const second = await ownObjects({ dataDir })
    expect((await second.ask('GetObject', { key: 'a' })).text).toBe('kept')
    expect([filesIn(dataDir, 'incoming'), filesIn(dataDir, 'bodies').length]).toEqual([[], 1])
  })

  it('are as they were acknowledged, or as the change under way, after a kill', async () => {
    expect(await writeAndKill(ownFolder(), 0, 25, new Map())).toBeGreaterThan(25)
  })

  it('leave no file behind when they are overwritten, deleted, copied and refused', async () => {
    const { ask, objects, dataDir } = await ownObjects()
    await ask('PutObject', { key: 'a', body: 'one' })
    await ask('CopyObject', { key: 'b', headers: { 'x-amz-copy-source': 'files/a' } })
    expect(filesIn(dataDir, 'bodies')).toHaveLength(1)
    await ask('PutObject', { key: 'a', body: 'two' })
    expect((await ask('GetObject', { key: 'b' })).text).toBe('one')
    await expect(
      ask('PutObject', { key: 'c', headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }),
    ).rejects.toThrow()
    for (const key of ['a', 'b']) await ask('DeleteObject', { key })
    const upload = textsOf((await ask('CreateMultipartUpload', { key: 'd' })).text, 'UploadId')[0] ?? ''
    for (const body of ['x', 'y'])
      await ask('UploadPart', { key: 'd', query: { uploadId: upload, partNumber: '1' }, body })
    await ask('AbortMultipartUpload', { key: 'd', query: { uploadId: upload } })
    await objects.stop()
    expect([...filesIn(dataDir, 'bodies'), ...filesIn(dataDir, 'incoming')]).toEqual([])
  })

  it.each(['', 'Suspended'])('keep their file when copied onto themselves (versioning: "%s")', async (versioning) => {
    const { ask, objects, dataDir } = await ownObjects()
    const body = `<VersioningConfiguration><Status>${versioning}</Status></VersioningConfiguration>`
    if (versioning !== '') await ask('PutBucketVersioning', { body })
    await ask('PutObject', { key: 'a', body: 'one' })
    const headers = { 'x-amz-copy-source': 'files/a', 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-note': 'new' }
    await ask('CopyObject', { key: 'a', headers })
    await objects.stop()
    const second = await ownObjects({ dataDir })
    expect(await second.ask('GetObject', { key: 'a' })).toMatchObject({ text: 'one' })
    expect(filesIn(dataDir, 'bodies')).toHaveLength(1)
  })

  it('are stored although nobody could be told of them, which is logged', async () => {
    const { ask, warnings } = await ownObjects({
      onObject() {
        throw new Error('database or disk is full')
      },
    })
    expect((await ask('PutObject', { key: 'a', body: 'one' })).status).toBe(200)
    expect((await ask('GetObject', { key: 'a' })).text).toBe('one')
    expect(warnings).toEqual(['ObjectCreated:Put of files/a was told to nobody: database or disk is full'])
  })

  it('are read to their end by who began before they were deleted', async () => {
    const { ask, objects } = await ownObjects()
    await ask('PutObject', { key: 'a', body: 'x'.repeat(1024 * 1024) })
    const reading = objects.read('files', 'a')
    await ask('DeleteObject', { key: 'a' })
    expect(reading && (await buffer(reading.body)).length).toBe(1024 * 1024)
  })
})

describe('a full disk', () => {
  it('is answered with 503 and a line that says so, and nothing is left of the upload', async () => {
    let isFull = true
    const openFile: typeof open = async (path, flags) => {
      const file = await open(path, flags)
      const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      if (isFull) file.write = () => Promise.reject(full)
      return file
    }
    const { ask, warnings, dataDir } = await ownObjects({ openFile })
    await expect(ask('PutObject', { key: 'a', body: 'x' })).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      status: 503,
    })
    expect(warnings).toEqual([
      expect.stringMatching(/^PutObject of files\/a failed, because the disk is full: free space/),
    ])
    expect(filesIn(dataDir, 'incoming')).toEqual([])
    isFull = false
    expect((await ask('PutObject', { key: 'a', body: 'x' })).status).toBe(200)
  })
})

describe('lifecycle rules', () => {
  const days = (count: number) => count * 86_400_000

  it('expire objects, old versions and uploads of their prefix', async () => {
    const { ask, objects, clock, dataDir } = await ownObjects()
    await objects.ensureBucket('files', {
      isVersioned: true,
      lifecycle: [
        {
          isEnabled: true,
          prefix: 'in/',
          expirationDays: 1,
          noncurrentDays: 2,
          expiresDeleteMarkers: true,
          abortUploadsAfterDays: 1,
        },
        { isEnabled: false, prefix: '', expirationDays: 1 },
      ],
    })
    for (const key of ['in/a', 'out/a']) await ask('PutObject', { key, body: 'x' })
    await ask('CreateMultipartUpload', { key: 'in/b' })
    const versions = async () => {
      const { text } = await ask('ListObjectVersions')
      return [textsOf(text, 'Key'), textsOf(text, 'IsLatest')]
    }
    await objects.sweep()
    expect(await versions()).toEqual([
      ['in/a', 'out/a'],
      ['true', 'true'],
    ])
    clock.nowMs += days(2)
    await objects.sweep()
    // A marker hides what expired; the version behind it is not old enough.
    expect(await versions()).toEqual([
      ['in/a', 'out/a', 'in/a'],
      ['false', 'true', 'true'],
    ])
    expect(textsOf((await ask('ListMultipartUploads')).text, 'Key')).toEqual([])
    clock.nowMs += days(3)
    await objects.sweep()
    await objects.sweep()
    expect(await versions()).toEqual([['out/a'], ['true']])
    expect(textsOf((await ask('GetBucketLifecycleConfiguration')).text, 'Days')).toEqual(['1', '1'])
    await objects.stop()
    expect(filesIn(dataDir, 'bodies')).toHaveLength(1)
    expect(existsSync(join(dataDir, 's3', 'objects.db'))).toBe(true)
  })
})

describe('a notification', () => {
  it('tells what happened to an object as S3 does, in an order that goes on after a restart', async () => {
    const notified: { functionRef: string; record: Record<string, unknown> }[] = []
    const notification = (event: string) => ({ event, functionRef: event, prefix: 'in/', suffix: '.txt' })
    const bucket = { path: 'App/Files', name: 'files', arn: 'arn:aws:s3:::files', isVersioned: false, lifecycle: [] }
    const notify = createBucketNotifications({
      buckets: [
        {
          ...bucket,
          notifications: ['s3:ObjectCreated:*', 's3:ObjectCreated:Copy', 's3:ObjectRemoved:*'].map(notification),
        },
      ],
      invokeLater: (functionRef, payload) => {
        const [record = {}] = (payload as { Records: Record<string, unknown>[] }).Records
        notified.push({ functionRef, record })
      },
      now: () => new Date(0),
    })
    const dataDir = ownFolder()
    const first = await ownObjects({ dataDir, onObject: notify })
    await first.ask('PutObject', { key: 'in/ä b.txt', body: 'hello' })
    await first.ask('PutObject', { key: 'out/a.txt' })
    await first.ask('CopyObject', { key: 'in/copy.txt', headers: { 'x-amz-copy-source': 'files/out/a.txt' } })
    await first.objects.stop()
    const second = await ownObjects({ dataDir, onObject: notify })
    await second.ask('DeleteObject', { key: 'in/copy.txt' })
    expect(notified.map(({ functionRef, record }) => [functionRef, record.eventName])).toEqual([
      ['s3:ObjectCreated:*', 'ObjectCreated:Put'],
      ['s3:ObjectCreated:*', 'ObjectCreated:Copy'],
      ['s3:ObjectCreated:Copy', 'ObjectCreated:Copy'],
      ['s3:ObjectRemoved:*', 'ObjectRemoved:Delete'],
    ])
    expect(notified[0]?.record).toMatchObject({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventTime: '1970-01-01T00:00:00.000Z',
      s3: {
        bucket: { name: 'files' },
        object: { key: 'in/%C3%A4+b.txt', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
      },
    })
    const sequencers = notified.map(({ record }) => (record.s3 as { object: { sequencer: string } }).object.sequencer)
    expect(sequencers).toEqual(sequencers.toSorted())
  })
})
