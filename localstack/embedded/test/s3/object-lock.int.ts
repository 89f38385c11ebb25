import { describe, expect, it } from 'vitest'
import { type Asked, type OwnObjects, ownObjects } from './own-objects.ts'

const dayMs = 86_400_000
const sha256OfHi = 'j0NDRmSPa5bfid2pAcUXaxCm2Dlh3TwayItZstwyeqQ='
const hi: Asked = { key: 'k', body: 'hi', headers: { 'x-amz-checksum-sha256': sha256OfHi } }

async function locked(mode: 'GOVERNANCE' | 'COMPLIANCE'): Promise<OwnObjects> {
  const own = await ownObjects()
  await own.objects.ensureBucket('files', {
    isVersioned: true,
    lifecycle: [],
    objectLock: { retention: { mode, days: 1 } },
  })
  return own
}

const refused = { code: 'AccessDenied', message: 'Access Denied because object protected by object lock.' }

describe('an object in a bucket with Object Lock', () => {
  it.each(['GOVERNANCE', 'COMPLIANCE'] as const)(
    'can be hidden and overwritten, but in %s no version of it deleted until its time is over, also after a restart',
    async (mode) => {
      const own = await locked(mode)
      const { headers } = await own.ask('PutObject', hi)
      const first = { key: 'k', query: { versionId: String(headers['x-amz-version-id']) } }
      await own.ask('PutObject', hi)
      await own.ask('DeleteObject', { key: 'k' })
      await expect(own.ask('DeleteObject', first)).rejects.toMatchObject(refused)
      await own.objects.stop()
      const again = await ownObjects({ dataDir: own.dataDir })
      await expect(again.ask('DeleteObject', first)).rejects.toMatchObject(refused)
      expect((await again.ask('GetObject', first)).text).toBe('hi')
      again.clock.nowMs += dayMs
      expect((await again.ask('DeleteObject', first)).status).toBe(204)
    },
  )

  it.each([
    ['GOVERNANCE', 204],
    ['COMPLIANCE', 403],
  ] as const)('yields in %s with %d to whoever may bypass governance and asks to', async (mode, status) => {
    const own = await locked(mode)
    const { headers } = await own.ask('PutObject', hi)
    const call = {
      operation: 'DeleteObject',
      bucket: 'files',
      key: 'k',
      headers: {},
      body: (async function* () {})(),
      query: new URLSearchParams({ versionId: String(headers['x-amz-version-id']) }),
      mayBypass: () => true,
    } as const
    const outcome = own.objects.answer(call).catch((error: { status: number }) => error)
    expect(await outcome).toMatchObject({ status })
  })

  it('tells how and until when it is locked', async () => {
    const own = await locked('COMPLIANCE')
    await own.ask('PutObject', hi)
    const until = new Date(own.clock.nowMs + dayMs).toISOString()
    expect((await own.ask('HeadObject', { key: 'k' })).headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': until,
    })
    const { text } = await own.ask('GetObjectRetention', { key: 'k' })
    expect(text).toContain(`<Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate>`)
  })

  it('is not removed by a lifecycle rule before its time, and is after it', async () => {
    const own = await ownObjects()
    const rule = { isEnabled: true, prefix: '', expirationDays: 1, noncurrentDays: 1 }
    const objectLock = { retention: { mode: 'GOVERNANCE', days: 9 } } as const
    const settings = { isVersioned: true, lifecycle: [rule as never], objectLock }
    await own.objects.ensureBucket('files', settings)
    const { headers } = await own.ask('PutObject', hi)
    const version = { key: 'k', query: { versionId: String(headers['x-amz-version-id']) } }
    for (const days of [3, 3]) {
      own.clock.nowMs += days * dayMs
      await own.objects.sweep()
      expect((await own.ask('GetObject', version)).text).toBe('hi')
    }
    own.clock.nowMs += 9 * dayMs
    await own.objects.sweep()
    await expect(own.ask('GetObject', version)).rejects.toMatchObject({ code: 'NoSuchVersion' })
  })

  it('must come with a digest of its bytes', async () => {
    const own = await locked('GOVERNANCE')
    await expect(own.ask('PutObject', { key: 'k', body: 'hi' })).rejects.toMatchObject({ code: 'InvalidRequest' })
  })
})

describe('a bucket without Object Lock', () => {
  it('is not asked to bypass it', async () => {
    const own = await ownObjects()
    await own.ask('PutObject', { key: 'k', body: 'hi' })
    const headers = { 'x-amz-bypass-governance-retention': 'true' }
    await expect(own.ask('DeleteObject', { key: 'k', headers })).rejects.toMatchObject({ code: 'InvalidArgument' })
    expect((await own.ask('GetObject', { key: 'k' })).text).toBe('hi')
  })
})

describe('Object Lock of a bucket', () => {
  it('keeps its versions: versioning cannot be suspended', async () => {
    const own = await locked('GOVERNANCE')
    const body = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'
    await expect(own.ask('PutBucketVersioning', { body })).rejects.toMatchObject({ code: 'InvalidBucketState' })
  })

  it('can be configured and read, for a versioned bucket only', async () => {
    const own = await ownObjects()
    const retention = '<DefaultRetention><Mode>GOVERNANCE</Mode><Years>1</Years></DefaultRetention>'
    const configuration = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${retention}</Rule></ObjectLockConfiguration>`
    const put = (body: string) => own.ask('PutObjectLockConfiguration', { body })
    await expect(own.ask('GetObjectLockConfiguration')).rejects.toMatchObject({
      code: 'ObjectLockConfigurationNotFoundError',
    })
    await expect(put(configuration)).rejects.toMatchObject({ code: 'InvalidBucketState' })
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await own.ask('PutBucketVersioning', { body })
    await put(configuration)
    expect((await own.ask('GetObjectLockConfiguration')).text).toContain('<Days>365</Days>')
    for (const wrong of ['Mode>NEVER<', 'Mode><'])
      await expect(put(configuration.replace('Mode>GOVERNANCE<', wrong))).rejects.toMatchObject({
        code: 'MalformedXML',
      })
  })
})
