import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

let fixture: LambdaFixture
beforeEach(() => {
  fixture = lambdaFixture()
})
afterEach(() => fixture.remove())

const answering = (word: string) => `exports.handler = async () => '${word}'`

describe('a published version', () => {
  it('keeps its code after the function changed, the bundle was deleted and the stack restarted', async () => {
    const before = fixture.start()
    const bundle = fixture.bundle(answering('old'))
    before.deploy(bundle)
    before.publishVersion('greet', '1')
    await before.stop()
    rmSync(bundle.codeDir, { recursive: true })

    const after = fixture.start()
    expect(await after.invoke('greet:1', {}), 'before anything is deployed').toMatchObject({ payload: 'old' })
    after.deploy(fixture.bundle(answering('new')))
    after.publishVersion('greet', '2')
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:greet'
    expect(await after.invoke(`${arn}:1`, {})).toMatchObject({ payload: 'old' })
    expect(await after.invoke(`${arn}:2`, {})).toMatchObject({ payload: 'new' })
    expect(await after.invoke(arn, {})).toMatchObject({ payload: 'new' })
  })

  it('has one number per label, even after a restart', async () => {
    const before = fixture.start()
    expect(before.versionNumber('greet', 'Version1f00')).toBe(1)
    expect(before.versionNumber('greet', 'Version2ba4')).toBe(2)
    expect(before.versionNumber('greet', 'Version1f00')).toBe(1)
    await before.stop()
    const after = fixture.start()
    expect(after.versionNumber('greet', 'Version3c0d')).toBe(3)
    expect(after.versionNumber('greet', 'Version2ba4')).toBe(2)
  })

  it('keeps its code and gets the new URLs when it is published again', async () => {
    const pool = fixture.start()
    const telling = (word: string) => `exports.handler = async () => '${word} ' + process.env.URL`
    pool.deploy(fixture.bundle(telling('old'), { environment: { URL: ':4566' } }))
    pool.publishVersion('greet', '1')
    pool.deploy(fixture.bundle(telling('new'), { environment: { URL: ':4600' } }))
    expect(fixture.warnings).toEqual([])
    pool.publishVersion('greet', '1')
    expect(await pool.invoke('greet:1', {})).toMatchObject({ payload: 'old :4600' })
    expect(fixture.warnings).toEqual([expect.stringMatching(/^greet: version 1 keeps the code/)])
  })

  it('sees its own number and ARN', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle('exports.handler = async (e, c) => [c.functionVersion, c.invokedFunctionArn]'))
    pool.publishVersion('greet', '1')
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:greet:1'
    expect(await pool.invoke('greet:1', {})).toMatchObject({ payload: ['1', arn] })
  })

  it('is the target of an alias', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(answering('one')))
    pool.publishVersion('greet', '1')
    pool.putAlias('greet', 'live', '1')
    pool.deploy(fixture.bundle(answering('two')))
    expect(await pool.invoke('greet:live', {})).toMatchObject({ payload: 'one' })
  })

  it('is deleted when nothing needs it, unless it was published since the start', async () => {
    const before = fixture.start()
    for (const [index, word] of ['one', 'two'].entries()) {
      before.deploy(fixture.bundle(answering(word)))
      before.publishVersion('greet', String(index + 1))
    }
    await before.stop()
    const after = fixture.start()
    after.deploy(fixture.bundle(answering('three')))
    after.publishVersion('greet', '3')
    after.keepVersions((_name, version) => version === '1')
    await expect(after.invoke('greet:2', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
    expect(await after.invoke('greet:1', {})).toMatchObject({ payload: 'one' })
    expect(await after.invoke('greet:3', {})).toMatchObject({ payload: 'three' })
  })
})

describe('a deployment', () => {
  it('with changed code applies from the next call on, while a running call keeps the old code', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(`exports.handler = () => new Promise((done) => setTimeout(done, 100, 'old'))`))
    const running = pool.invoke('greet', {})
    pool.deploy(fixture.bundle(answering('new')))
    expect(await pool.invoke('greet', {})).toMatchObject({ payload: 'new' })
    expect(await running).toMatchObject({ payload: 'old' })
  })

  it('with changed code ends idle environments of the old code', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(answering('old')))
    await pool.invoke('greet', {})
    pool.deploy(fixture.bundle(answering('new')))
    await pool.invoke('greet', {})
    expect(pool.crash('greet')).toBe(1)
  })

  it('without changes keeps environments warm', async () => {
    const pool = fixture.start()
    const counting = 'let calls = 0; exports.handler = async () => ++calls'
    pool.deploy(fixture.bundle(counting))
    await pool.invoke('greet', {})
    pool.deploy(fixture.bundle(counting))
    expect(await pool.invoke('greet', {})).toMatchObject({ payload: 2 })
  })
})

describe('the credentials of a function', () => {
  const keys = 'exports.handler = async () => [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY]'

  it('belong to it alone, identify its role, and survive a restart', async () => {
    const read = async () => {
      const pool = fixture.start()
      pool.deploy(fixture.bundle(keys, { name: 'first', roleName: 'first-role' }))
      pool.deploy(fixture.bundle(keys, { name: 'second', roleName: 'second-role' }))
      const all = await Promise.all(['first', 'second'].map((name) => pool.invoke(name, {})))
      const pairs = all.map((result) =>
        result.status === 'succeeded' ? (result.payload as [string, string]) : ['', ''],
      )
      const roles = pairs.map(([accessKeyId = '']) => pool.identify(accessKeyId))
      const secrets = pairs.map(([accessKeyId = '']) => pool.secretOf(accessKeyId))
      await pool.stop()
      return { pairs, roles, secrets }
    }
    const first = await read()
    expect(first.roles).toEqual(['first-role', 'second-role'])
    expect(first.pairs.map(([, secret]) => secret)).toEqual(first.secrets)
    expect(first.pairs[0]?.[0]).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(await read()).toEqual(first)
  })

  it('are valid for published versions before anything is deployed', async () => {
    const before = fixture.start()
    before.deploy(fixture.bundle(keys))
    before.publishVersion('greet', '1')
    await before.stop()
    const after = fixture.start()
    const result = await after.invoke('greet:1', {})
    const [accessKeyId] = result.status === 'succeeded' ? (result.payload as [string]) : ['']
    expect(after.identify(accessKeyId)).toBe('greet-role')
    expect(after.identify('AKIAIOSFODNN7EXAMPLE')).toBeUndefined()
  })
})
