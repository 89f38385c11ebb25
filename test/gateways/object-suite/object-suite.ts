import { beforeEach, describe, expect, it } from 'vitest'
import { announced, bytesOf, type ObjectFixture } from './object-fixture.ts'

const other = '"0123456789abcdef0123456789abcdef"'

/** The promises of every bucket that our functions use, for the in-memory store and for S3. */
export function objectSuite(open: () => Promise<ObjectFixture>): void {
  let fixture: ObjectFixture
  beforeEach(async () => {
    fixture = await open()
  })

  const etagOf = async (key: string) => (await fixture.objects.head(key))?.etag ?? ''
  const textOf = async (key: string) => {
    const bytes = await fixture.objects.read(key, { etag: await etagOf(key), bytesMax: 100 })
    return bytes && new TextDecoder().decode(bytes)
  }
  const keys = async (prefix = '', after?: string) =>
    (await fixture.objects.list(prefix, after)).objects.map(({ key }) => key)

  describe('a key', () => {
    it('takes one object, and another only after that was deleted', async () => {
      expect(await fixture.objects.head('a')).toBeUndefined()
      expect(await fixture.objects.putOnce('a', bytesOf('one'))).toBe('stored')
      expect(await fixture.objects.putOnce('a', bytesOf('two'))).toBe('exists')
      expect(await textOf('a')).toBe('one')
      await fixture.objects.delete('a')
      await fixture.objects.delete('a')
      expect(await fixture.objects.head('a')).toBeUndefined()
      expect(await keys()).toEqual([])
      expect(await fixture.objects.putOnce('a', bytesOf('two'))).toBe('stored')
      expect(await textOf('a')).toBe('two')
    })

    it('may have any character', async () => {
      for (const key of ['a b+c', 'é/%20', '😀', "it's (1)"]) {
        await fixture.objects.putOnce(key, bytesOf(key))
        expect(await textOf(key)).toBe(key)
      }
    })
  })

  describe('an ETag', () => {
    it('names the bytes: a read by that of other bytes finds nothing', async () => {
      await fixture.overwrite('a', bytesOf('one'))
      const one = await etagOf('a')
      await fixture.overwrite('a', bytesOf('two'))
      expect(await etagOf('a')).not.toBe(one)
      expect(await fixture.objects.read('a', { etag: one, bytesMax: 100 })).toBeUndefined()
      expect(await fixture.objects.read('b', { etag: one, bytesMax: 100 })).toBeUndefined()
      await fixture.overwrite('a', bytesOf('one'))
      expect(await etagOf('a')).toBe(one)
    })

    it('is the condition of a copy, which has its own type and metadata', async () => {
      await fixture.overwrite('a', bytesOf('one'))
      const copy = { from: 'a', to: 'copies/a b', metadata: { 'correlation-id': 'c-1' } }
      expect(await fixture.objects.copy({ ...copy, etag: other })).toBe('gone')
      expect(await fixture.objects.head(copy.to)).toBeUndefined()
      const etag = await etagOf('a')
      expect(await fixture.objects.copy({ ...copy, etag, contentType: 'text/plain' })).toBe('copied')
      expect(await fixture.objects.head(copy.to)).toEqual({ etag, sizeBytes: 3, contentType: 'text/plain' })
      expect(await fixture.metadataOf(copy.to)).toEqual(copy.metadata)
      await fixture.objects.delete('a')
      expect(await fixture.objects.copy({ ...copy, to: 'b', etag })).toBe('gone')
      expect(await textOf(copy.to)).toBe('one')
    })
  })

  it('a read of more bytes than allowed is refused', async () => {
    await fixture.overwrite('a', bytesOf('four'))
    const etag = await etagOf('a')
    await expect(fixture.objects.read('a', { etag, bytesMax: 3 })).rejects.toThrow('the object has 4 bytes')
    expect(await fixture.objects.read('a', { etag, bytesMax: 4 })).toEqual(bytesOf('four'))
  })

  it('a list has the keys under a prefix, behind another key, in the order of their bytes', async () => {
    const inOrder = ['a', 'p/', 'p/B', 'p/a', 'p/a/1', 'p/b', 'p/é', 'p/ﬀ', 'p/😀', 'q']
    const mixed = inOrder.toSorted((a, b) => Number(a > 'p/a/1') - Number(b > 'p/a/1') || b.localeCompare(a))
    for (const key of mixed) await fixture.overwrite(key, bytesOf(key))
    expect(await keys()).toEqual(inOrder)
    expect(await keys('p/')).toEqual(inOrder.slice(1, -1))
    expect(await keys('p/', 'p/a')).toEqual(['p/a/1', 'p/b', 'p/é', 'p/ﬀ', 'p/😀'])
    expect(await keys('p/', 'p/ﬀ')).toEqual(['p/😀'])
    expect(await keys('p/', 'z')).toEqual([])
    const [first] = (await fixture.objects.list('')).objects
    // S3 keeps whole seconds.
    expect(Math.abs((first?.storedAtMs ?? 0) - fixture.now())).toBeLessThan(10_000)
  })

  describe('a presigned upload', () => {
    it('stores the announced file, with its type, and once', async () => {
      const { url, headers } = await announced(fixture, 'quarantine/t 1/a', 'one')
      expect(await fixture.upload(url, headers, bytesOf('one'))).toBe('stored')
      expect(await fixture.objects.head('quarantine/t 1/a')).toMatchObject({ sizeBytes: 3, contentType: 'text/plain' })
      expect(await fixture.upload(url, headers, bytesOf('one'))).toBe('refused')
    })

    it.each([
      ['other bytes', 'two', {}],
      ['more bytes', 'one more', {}],
      ['another type', 'one', { 'Content-Type': 'text/html' }],
      ['the digest of other bytes', 'two', { 'x-amz-checksum-sha256': 'P/wvtxTQbFlwWnIfHpXkUuzGmzhYT5k+Qr5UfVFcUCE=' }],
      ['an overwrite', 'one', { 'If-None-Match': '"x"' }],
    ])('is refused for %s', async (_, text, change) => {
      const { url, headers } = await announced(fixture, 'a', 'one')
      expect(await fixture.upload(url, { ...headers, ...change }, bytesOf(text))).toBe('refused')
      expect(await keys()).toEqual([])
    })

    it('is refused once its time is over', async ({ skip }) => {
      if (!fixture.advance) skip('the clock of this bucket cannot be moved')
      const { url, headers } = await announced(fixture, 'a', 'one', 60)
      fixture.advance?.(61)
      expect(await fixture.upload(url, headers, bytesOf('one'))).toBe('refused')
    })
  })
}

/** A list of more than one page: a thousand keys, and one. */
export function listPages(open: () => Promise<ObjectFixture>): void {
  it('a list of more than a thousand keys says behind which key it goes on', async () => {
    const fixture = await open()
    const keys = Array.from({ length: 1_001 }, (_, number) => `p/${String(number).padStart(4, '0')}`)
    for (let start = 0; start < keys.length; start += 50)
      await Promise.all(keys.slice(start, start + 50).map((key) => fixture.overwrite(key, bytesOf(''))))
    const first = await fixture.objects.list('p/')
    expect(first.objects.map(({ key }) => key)).toEqual(keys.slice(0, 1_000))
    expect(first.next).toBe('p/0999')
    const second = await fixture.objects.list('p/', first.next)
    expect(second.objects.map(({ key }) => key)).toEqual(['p/1000'])
    expect(second.next).toBeUndefined()
  })
}
