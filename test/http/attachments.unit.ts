import { describe, expect, it } from 'vitest'
import { attachmentBytesMax } from '../../domain/attachment.ts'
import { getAttachment } from '../../functions/get-attachment/get-attachment.ts'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { Api, agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'

const promise = promiseOf(png)

async function ask(body: object) {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  return api.call(customer, requestAttachment, { params: { ticketId }, body })
}

describe('a request to attach a file', () => {
  it.each([
    ['../../etc/passwd'],
    ['a/b.png'],
    ['a\\b.png'],
    ['a／b.png'],
    ['.htaccess'],
    ['..'],
    ['a\0.png'],
    ['a\r\nSet-Cookie: x.png'],
    ['a\u0085.png'],
    ['photo\u202egnp.exe'],
    ['a\u200b.png'],
    ['a\u{e0041}.png'],
    ['CON'],
    ['nul.txt'],
    ['Lpt1.png'],
    ['com¹.txt'],
    ['a:b.png'],
    ['what?.png'],
    ['trailing.'],
    ['trailing '],
    [' leading.png'],
    ['\ud800.png'],
    [''],
    [`${'ä'.repeat(126)}.png`],
  ])('is refused for the file name %j', async (fileName) => {
    const { status, json } = await ask({ ...promise, fileName })
    expect(status).toBe(422)
    const errors = json.errors as { pointer: string }[]
    expect(new Set(errors.map(({ pointer }) => pointer))).toEqual(new Set(['/fileName']))
  })

  it.each([
    ['photo.png'],
    ['Grüße an Ünal.pdf'],
    ['写真 (1).jpg'],
    ['🙂.txt'],
    ['console.log'],
    [`${'a'.repeat(251)}.png`],
  ])('is accepted for the file name %j, kept exactly', async (fileName) => {
    const { status, json } = await ask({ ...promise, fileName })
    expect({ status, fileName: json.fileName }).toEqual({ status: 202, fileName })
  })

  it.each([
    ['/contentType', { contentType: 'text/html' }],
    ['/sizeBytes', { sizeBytes: attachmentBytesMax + 1 }],
    ['/sizeBytes', { sizeBytes: 0 }],
    ['/sizeBytes', { sizeBytes: 1.5 }],
    ['/sha256', { sha256: 'abc' }],
    ['/path', { path: '/tmp' }],
  ])('is refused for another %s', async (pointer, change) => {
    const { status, json } = await ask({ ...promise, ...change })
    expect(status).toBe(422)
    expect(json.errors).toMatchObject([{ pointer }])
  })

  it('is refused on a closed ticket, and on a ticket that the caller may not see', async () => {
    const file = await new AttachmentCase().request(promise)
    const call = { params: { ticketId: file.ticketId }, body: promise }
    expect((await file.api.call(otherCustomer, requestAttachment, call)).status).toBe(404)
    expect((await file.api.call(stranger, requestAttachment, call)).status).toBe(404)
    await file.close()
    expect((await file.api.call(customer, requestAttachment, call)).status).toBe(409)
  })

  it('returns the same attachment, byte for byte, to a duplicate', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const call = { params: { ticketId }, body: promise, key: 'once' }
    const [first, second] = [
      await api.call(customer, requestAttachment, call),
      await api.call(customer, requestAttachment, call),
    ]
    expect(first.headers.Location).toMatch(new RegExp(`/tickets/${ticketId}/attachments/${first.json.id}$`))
    expect(second.text).toBe(first.text)
    expect(second.headers['Idempotent-Replayed']).toBe('true')
  })

  it('names a saga that is shown as pending until it starts, to those who may see the ticket', async () => {
    const file = await new AttachmentCase().request(promise)
    const read = (person = customer) => file.api.call(person, getSaga, { params: { sagaId: file.sagaId } })
    expect((await read()).json).toMatchObject({ id: file.sagaId, state: 'pending', ticketId: file.ticketId, steps: [] })
    expect((await read(agent)).status).toBe(200)
    expect((await read(otherCustomer)).status).toBe(404)
    expect((await read(stranger)).status).toBe(404)
    await file.start()
    expect((await read()).json).toMatchObject({ id: file.sagaId, state: 'running' })
    const nothing = await file.api.call(customer, getSaga, { params: { sagaId: 'f'.repeat(64) } })
    expect(nothing.status).toBe(404)
  })
})

describe('an attachment', () => {
  it('can be read only by those who may see its ticket', async () => {
    const file = await new AttachmentCase().request(promise)
    expect((await file.read(agent)).status).toBe(200)
    expect((await file.read(otherCustomer)).status).toBe(404)
    expect((await file.read(stranger)).status).toBe(404)
    const other = { params: { ticketId: file.ticketId, attachmentId: 'none' } }
    expect((await file.api.call(customer, getAttachment, other)).status).toBe(404)
  })

  it('has an upload URL only while its slot is open', async () => {
    const file = await new AttachmentCase().request(promise)
    expect(await file.get()).not.toHaveProperty('uploadUrl')
    const waiting = await file.start()
    expect(await file.get()).toMatchObject({ uploadUrl: expect.any(String), uploadHeaders: expect.any(Object) })
    expect(await file.get()).not.toHaveProperty('token')
    await waiting.resume('States.Timeout')
    const expired = await file.get()
    expect(expired).not.toHaveProperty('uploadUrl')
    expect(expired).not.toHaveProperty('downloadUrl')
  })
})
