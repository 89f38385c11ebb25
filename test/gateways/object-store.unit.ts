import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'

describe('an object that is larger than its reader allows', () => {
  it('is refused unread, and its connection is given up', async () => {
    const body = new Readable({ read() {} })
    const response = { statusCode: 200, headers: { 'content-length': '1000' }, body }
    const objects = new S3ObjectStore('bucket', {
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      requestHandler: { handle: async () => ({ response }) },
    })
    const reading = objects.read('quarantine/1', { etag: '"one"', bytesMax: 100 })
    await expect(reading).rejects.toThrow('the object has 1000 bytes, at most 100 were expected')
    expect(body.destroyed).toBe(true)
  })
})
