import { describe, expect, it } from 'vitest'
import { attachmentBytesMax } from '../../domain/attachment.ts'
import { openUploadsMax, personBytesMax, tenantBytesMax } from '../../domain/upload-quota.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { attachmentBytesRow, uploadCounterRow } from '../../tables/attachment-quota.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { Api, agent, customer, otherCustomer } from '../fixtures/api.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import type { Person } from '../fixtures/tokens.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

const problem = (name: string) => `https://steadfast.dev/problems/${name}`

/** Requests for files by one person on a ticket of their own. */
async function requester(api: Api, person: Person = customer) {
  const ticketId = await api.openTicket(person)
  return (sizeBytes = png.length, { via = api, key }: { via?: Api; key?: string } = {}) =>
    via.call(person, requestAttachment, {
      params: { ticketId },
      body: { ...promiseOf(png), sizeBytes },
      ...(key !== undefined && { key }),
    })
}

const held = (api: Api, userId = customer.id) => readRow(api.store, uploadCounterRow('acme', userId))

describe('a person who requests uploads and uploads nothing', () => {
  it('gets ten slots and then 409, while others of the tenant go on', async () => {
    const api = new Api()
    const request = await requester(api)
    const statuses = []
    for (let count = 0; count < 101; count++) statuses.push((await request(attachmentBytesMax)).status)
    expect(statuses).toEqual([...Array(openUploadsMax).fill(202), ...Array(91).fill(409)])
    expect((await request()).json).toMatchObject({ type: problem('too-many-uploads'), retryable: false })
    expect(await held(api)).toEqual({ openUploads: 10, usedBytes: 10 * attachmentBytesMax })
    for (const other of [otherCustomer, agent]) expect((await (await requester(api, other))()).status).toBe(202)
  })

  it('takes no slot with a duplicate of a request', async () => {
    const api = new Api()
    const request = await requester(api)
    for (let count = 0; count < 3; count++) expect((await request(png.length, { key: 'once' })).status).toBe(202)
    expect(await held(api)).toEqual({ openUploads: 1, usedBytes: png.length })
  })

  it('never gets more than ten slots by two requests at once for the last one, in any order of their calls', async () => {
    for (let before = 0; before < 8; before++) {
      const api = new Api()
      const [request, requestElsewhere] = [await requester(api), await requester(api)]
      for (let count = 1; count < openUploadsMax; count++) await request()
      const order = [...Array(before).fill(0), ...Array(8).fill(1)] as (0 | 1)[]
      const answers = await runInterleaved(
        api.store,
        (store) => request(png.length, { via: api.withStore(store) }),
        (store) => requestElsewhere(png.length, { via: api.withStore(store) }),
        order,
      )
      expect(answers.map(({ status }) => status).sort(), `${before} calls before`).toEqual([202, 409])
      expect(await held(api), `${before} calls before`).toEqual({ openUploads: 10, usedBytes: 10 * png.length })
    }
  })

  it('gets one slot again when one of them expires', async () => {
    const api = new Api()
    const files = []
    for (let count = 0; count < openUploadsMax; count++)
      files.push(await new AttachmentCase({ api }).request(promiseOf(png)))
    const request = await requester(api)
    expect((await request()).status).toBe(409)
    const waiting = await files[0]?.start()
    await waiting?.resume('States.Timeout')
    expect((await files[0]?.get())?.state).toBe('expired')
    expect((await request()).status).toBe(202)
    expect((await request()).status).toBe(409)
  })

  it('gets nothing back for an upload that was requested before people had a quota', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    const { table, key } = attachmentRow(file.ref)
    await file.store.write({ kind: 'update', table, key, remove: ['isCounted'] })
    await file.store.write({ kind: 'delete', ...uploadCounterRow('acme', customer.id) })
    await (await file.start()).resume('States.Timeout')
    expect(await file.saga()).toMatchObject({ state: 'compensated' })
    expect(await file.heldBy()).toBeUndefined()
  })
})

describe('the bytes of a person', () => {
  it('are a tenth of those of the tenant, and refuse the file that does not fit', async () => {
    const api = new Api()
    const { table, key } = uploadCounterRow('acme', customer.id)
    const usedBytes = personBytesMax - png.length
    await api.store.write({ kind: 'put', table, row: { ...key, openUploads: 0, usedBytes } })
    const request = await requester(api)
    const refused = await request(png.length + 1)
    expect([refused.status, refused.json.type]).toEqual([409, problem('attachment-quota-used-up')])
    expect((await request(png.length)).status).toBe(202)
    expect(await held(api)).toEqual({ openUploads: 1, usedBytes: personBytesMax })
    expect(personBytesMax * 10).toBe(tenantBytesMax)
  })

  it('are not taken by a request that is refused because those of the tenant are used up', async () => {
    const api = new Api()
    const { table, key } = attachmentBytesRow('acme')
    await api.store.write({ kind: 'put', table, row: { ...key, usedBytes: tenantBytesMax } })
    const refused = await (await requester(api))()
    expect([refused.status, refused.json.type]).toEqual([409, problem('attachment-quota-used-up')])
    expect(refused.json.detail).toMatch(/of this tenant/)
    expect(await held(api)).toBeUndefined()
  })
})

describe('the attachment quota of a tenant', () => {
  it('is never exceeded by concurrent reservations, and each one that fits is granted', async () => {
    const first = await new AttachmentCase().request(promiseOf(png))
    const room = 5
    const row = { pk: 'TENANT#acme#QUOTA#ATTACHMENTS', sk: 'BYTES', usedBytes: tenantBytesMax - room * png.length }
    await first.store.write({ kind: 'put', table: 'Quotas', row })
    const cases = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        new AttachmentCase({ api: first.api }).request(promiseOf(png), undefined, {
          ...customer,
          id: `person${index}`,
        }),
      ),
    )
    const ends = await Promise.all(cases.map((file) => file.start()))
    expect(ends.filter(({ status }) => status === 'waiting')).toHaveLength(room)
    expect(await first.reservedBytes()).toBe(tenantBytesMax)
  })
})
