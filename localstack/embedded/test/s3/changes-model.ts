import * as fc from 'fast-check'
import { expect } from 'vitest'
import { seed } from '../seed.ts'
import { ownObjects, textsOf } from './own-objects.ts'

type Versioning = '' | 'Enabled' | 'Suspended'

interface Modelled {
  key: string
  id: string
  body: string | undefined
}

/** What S3 promises, in as few words as possible: the versions of all keys, newest last. */
class Model {
  versions: Modelled[] = []
  versioning: Versioning = ''

  put(key: string, id: string, body: string | undefined): void {
    if (id === 'null') this.remove(key, 'null')
    this.versions.push({ key, id, body })
  }

  remove(key: string, id: string): void {
    this.versions = this.versions.filter((version) => version.key !== key || version.id !== id)
  }

  latest(key: string): Modelled | undefined {
    return this.versions.findLast((version) => version.key === key)
  }

  keys(): string[] {
    const all = [...new Set(this.versions.map(({ key }) => key))].filter((key) => this.latest(key)?.body !== undefined)
    return all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  listed(): string[] {
    const keys = [...new Set(this.versions.map(({ key }) => key))]
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return keys.flatMap((key) =>
      this.versions
        .filter((version) => version.key === key)
        .toReversed()
        .map(({ id }) => `${key} ${id}`),
    )
  }
}

type Step =
  | { do: 'put'; key: string; body: string }
  | { do: 'create'; key: string }
  | { do: 'copy'; key: string; to: string; replacesMetadata: boolean }
  | { do: 'delete'; key: string }
  | { do: 'delete version'; key: string; nth: number }
  | { do: 'versioning'; to: Exclude<Versioning, ''> }
  | { do: 'restart' }

const key = fc.constantFrom('a', 'a/', 'a/b', 'A', 'é', '😀', 'a\u0001')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), key, body: fc.string({ maxLength: 3 }) }) },
  fc.record({ do: fc.constant('create' as const), key }),
  fc.record({ do: fc.constant('copy' as const), key, to: key, replacesMetadata: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete version' as const), key, nth: fc.nat(3) }) },
  fc.record({ do: fc.constant('versioning' as const), to: fc.constantFrom('Enabled' as const, 'Suspended' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
)

/** Applies random series of changes to S3 and to the model, restarts among them, and compares all that can be read of both. */
export async function compareWithModel(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      let own = await ownObjects()
      const { dataDir } = own
      const model = new Model()
      for (const one of steps) {
        if (one.do === 'restart') {
          await own.objects.stop()
          own = await ownObjects({ dataDir })
        } else await apply(one, own, model)
      }
      const listed = await own.ask('ListObjectsV2', { query: { 'list-type': '2', 'encoding-type': 'url' } })
      expect(textsOf(listed.text, 'Key').map((text) => decodeURIComponent(text))).toEqual(model.keys())
      for (const name of model.keys())
        expect((await own.ask('GetObject', { key: name })).text).toBe(model.latest(name)?.body)
      for (const { key: name, id, body } of model.versions)
        if (body !== undefined)
          expect((await own.ask('GetObject', { key: name, query: { versionId: id } })).text).toBe(body)
      expect(await allVersions(own)).toEqual(model.listed())
      await own.objects.stop()
    }),
    { seed, numRuns },
  )
}

type Own = Awaited<ReturnType<typeof ownObjects>>

async function apply(one: Exclude<Step, { do: 'restart' }>, { ask, objects }: Own, model: Model): Promise<void> {
  const latest = 'key' in one ? model.latest(one.key) : undefined
  const idOf = ({ headers }: { headers: Record<string, string> }) => headers['x-amz-version-id'] ?? 'null'
  switch (one.do) {
    case 'put':
      return model.put(one.key, idOf(await ask('PutObject', one)), one.body)
    case 'create': {
      const creates = ask('PutObject', { key: one.key, body: 'new', headers: { 'if-none-match': '*' } })
      if (latest?.body !== undefined)
        return void (await expect(creates).rejects.toMatchObject({ code: 'PreconditionFailed' }))
      return model.put(one.key, idOf(await creates), 'new')
    }
    case 'copy': {
      const copies = ask('CopyObject', {
        key: one.to,
        headers: {
          'x-amz-copy-source': `files/${encodeURIComponent(one.key)}`,
          'x-amz-metadata-directive': one.replacesMetadata ? 'REPLACE' : 'COPY',
        },
      })
      if (latest?.body === undefined) return void (await expect(copies).rejects.toMatchObject({ code: 'NoSuchKey' }))
      if (one.to === one.key && !one.replacesMetadata)
        return void (await expect(copies).rejects.toMatchObject({ code: 'InvalidRequest' }))
      return model.put(one.to, idOf(await copies), latest.body)
    }
    case 'delete': {
      const deleted = await ask('DeleteObject', one)
      if (model.versioning === '') return model.remove(one.key, 'null')
      return model.put(one.key, idOf(deleted), undefined)
    }
    case 'delete version': {
      const own = model.versions.filter((version) => version.key === one.key)
      const id = own[one.nth]?.id ?? 'none'
      await ask('DeleteObject', { key: one.key, query: { versionId: id } })
      return model.remove(one.key, id)
    }
    case 'versioning':
      await objects.ensureBucket('files')
      await ask('PutBucketVersioning', {
        body: `<VersioningConfiguration><Status>${one.to}</Status></VersioningConfiguration>`,
      })
      model.versioning = one.to
  }
}

/** Over pages of two, versions and delete markers together in their order. */
async function allVersions({ ask }: Own): Promise<string[]> {
  const found: string[] = []
  let markers: Record<string, string> = {}
  for (;;) {
    const { text } = await ask('ListObjectVersions', { query: { 'max-keys': '1', 'encoding-type': 'url', ...markers } })
    const key = textsOf(text, 'Key')
    const ids = textsOf(text, 'VersionId')
    found.push(...key.map((name, index) => `${decodeURIComponent(name)} ${ids[index]}`))
    const [next] = textsOf(text, 'NextKeyMarker')
    if (next === undefined) return found
    markers = {
      'key-marker': decodeURIComponent(next),
      'version-id-marker': textsOf(text, 'NextVersionIdMarker')[0] ?? '',
    }
  }
}
