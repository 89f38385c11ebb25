import { beforeEach, describe, expect, it } from 'vitest'
import { type ReconciledObjects, reconcileObjects } from '../../app/restore/reconcile-objects.ts'
import { VersionedMemoryObjectStore } from '../../gateways/object-versions-memory.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import type { Row } from '../../tables/store.ts'
import { png, promiseOf } from '../sagas/attachment-fixture.ts'

const ref = {
  tenant: 'acme',
  ticketId: '00000001-0000-4000-8000-000000000000',
  id: '00000002-0000-4000-8000-000000000000',
}
const clean = cleanKey(ref)
const other = Buffer.from(png).fill(0, 50)
const at = '2026-03-01T12:00:00.000Z'

let objects: VersionedMemoryObjectStore

beforeEach(() => {
  objects = new VersionedMemoryObjectStore()
  objects.put(clean, png)
})

async function rowOf(state: string, more: object = {}): Promise<Row> {
  const head = await objects.head(clean)
  const etag = head?.etag.replaceAll('"', '')
  const { ticketId, id, tenant } = ref
  const keys = { pk: `TENANT#${tenant}#TICKET#${ticketId}`, sk: `ATTACHMENT#${id}` }
  const facts = { id, ticketId, tenant, seq: 2, requestedBy: 'carla', requestedAt: at, ...promiseOf(png) }
  return { ...keys, ...facts, state, etag, ...more }
}

function reconcile(...rows: Row[]): Promise<ReconciledObjects> {
  return reconcileObjects({ objects, versions: objects.versions }, rows)
}

async function current(): Promise<Uint8Array | undefined> {
  const head = await objects.head(clean)
  return head && objects.read(clean, { etag: head.etag, bytesMax: 1_000 })
}

const untouched = { removed: 0, restored: 0, missing: [] }

describe('the file of a restored row', () => {
  it.each(['ready', 'removing'])('is left as it is while it is the one that the row names (%s)', async (state) => {
    expect(await reconcile(await rowOf(state))).toEqual(untouched)
  })

  it('is had back when it was removed after the point, and again when it was removed twice', async () => {
    const row = await rowOf('ready')
    await objects.delete(clean)
    expect(await reconcile(row)).toEqual({ ...untouched, restored: 1 })
    expect(await current()).toEqual(Uint8Array.from(png))
    expect(await reconcile(row)).toEqual(untouched)
  })

  it.each([
    ['by bytes of the same length', other],
    ['by others', Buffer.from('no file of any ticket')],
  ])('is had back when it was overwritten %s', async (_, bytes) => {
    const row = await rowOf('ready')
    objects.replace(clean, bytes)
    objects.replace(clean, Buffer.concat([bytes, bytes]))
    expect(await reconcile(row)).toEqual({ ...untouched, restored: 1 })
    expect(await current()).toEqual(Uint8Array.from(png))
  })

  it('is known by its bytes where the row names no ETag, or the copy has another one', async () => {
    expect(await reconcile(await rowOf('ready', { etag: undefined }))).toEqual(untouched)
    expect(await reconcile(await rowOf('ready', { etag: 'of-a-kms-upload' }))).toEqual(untouched)
    objects.replace(clean, other)
    expect(await reconcile(await rowOf('ready', { etag: undefined }))).toEqual({ ...untouched, restored: 1 })
  })

  it('is missing when no version of its object has its bytes: nothing else is put in its place', async () => {
    const row = await rowOf('ready', { sha256: '0'.repeat(64), etag: 'gone' })
    expect(await reconcile(row)).toEqual({ ...untouched, missing: [clean] })
    expect(await current()).toEqual(Uint8Array.from(png))
  })
})

describe('an object', () => {
  it('goes when its upload was cut, and stays while its upload is under way', async () => {
    objects.put(quarantineKey(ref), png)
    expect(await reconcile(await rowOf('inspecting'))).toEqual(untouched)
    expect(await reconcile()).toEqual({ ...untouched, removed: 2 })
    expect(objects.keys()).toEqual([])
  })
})
