import { createHash, randomBytes } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnStack, startOwnStack } from '../../commands/own-stack.ts'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { clientConfig } from '../../proof/target.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { expectEveryInvariant } from './every-invariant.ts'
import { caller, type Reply } from './running-stack.ts'

const patience = { timeout: 30_000, interval: 100 }

describe('a file on a stack that was started by one command', () => {
  let stack: OwnStack
  beforeAll(async () => {
    stack = await startOwnStack()
  }, 90_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('is uploaded to the address that its attachment gives, and downloaded from the next one, byte for byte', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-file', png)
    expect((await put(slot, png)).status).toBe(200)
    const ready = await settled(attachment)
    expect(ready).toMatchObject({ state: 'ready', fileName: 'Grüße (1).png' })
    const download = await fetch(String(ready.downloadUrl))
    expect(Buffer.from(await download.arrayBuffer())).toEqual(png)
    expect(download.headers.get('content-type')).toBe('image/png')
    expect(download.headers.get('content-disposition')).toContain("filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29.png")
    const saga = await attachment.saga()
    expect(saga).toMatchObject({ state: 'completed', ticketId: attachment.ticketId })
    expect(await attachment.eventTypes()).toEqual([
      'ticket.opened',
      'ticket.attachment_requested',
      'ticket.attachment_added',
    ])
  })

  it('is refused by its address when it is another one, has another type, or comes twice', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-refused', png)
    expect((await put(slot, Buffer.from(png).fill(1, 60))).status).toBe(400)
    expect((await put(slot, Buffer.concat([png, png]))).status).toBe(403)
    expect((await put(slot, png, { 'Content-Type': 'text/html' })).status).toBe(403)
    expect((await put(slot, png, { 'x-amz-checksum-sha256': sha256(randomBytes(9), 'base64') })).status).toBe(403)
    expect((await fetch(slot.uploadUrl.replace('quarantine', 'clean'), { method: 'PUT', body: png })).status).toBe(403)
    expect((await attachment.get()).state).toBe('awaiting_upload')
    const [first, second] = await Promise.all([put(slot, png), put(slot, png)])
    expect([first.status, second.status].toSorted()).toEqual([200, 412])
    expect((await settled(attachment)).state).toBe('ready')
  })

  it('is rejected when it is infected, and can be downloaded by nobody', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-infected', eicar, 'text/plain')
    expect((await put(slot, eicar)).status).toBe(200)
    const rejected = await settled(attachment)
    expect(rejected).toMatchObject({ state: 'rejected', reason: expect.stringContaining('infected') })
    expect(rejected).not.toHaveProperty('downloadUrl')
    expect(await attachment.saga()).toMatchObject({ state: 'compensated', reason: expect.stringContaining('infected') })
    expect(await attachment.objects()).toEqual([])
  })

  it('is removed by the hourly sweep when S3 copied it after everything was undone', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-copied-late', eicar, 'text/plain')
    await put(slot, eicar)
    expect((await settled(attachment)).state).toBe('rejected')
    await attachment.copyLate(eicar)
    expect(await attachment.objects()).toHaveLength(1)
    const address = `${stack.edgeUrl}/2015-03-31/functions/${stack.outputs.SweepCopiesFunction}/invocations`
    expect(await (await fetch(address, { method: 'POST', body: '{}' })).json()).toMatchObject({ removed: 1, failed: 0 })
    expect(await attachment.objects()).toEqual([])
  })

  it('expires when it never comes, and is removed when it comes after that', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-late', png)
    await attachment.endWait()
    expect(await settled(attachment)).toMatchObject({ state: 'expired', reason: 'nothing was uploaded in time' })
    expect((await put(slot, png)).status).toBe(200)
    await expect.poll(() => attachment.objects(), patience).toEqual([])
    expect((await attachment.get()).state).toBe('expired')
  })

  it('is found by the sweeper when the stack was killed between its upload and its notification', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-killed', png)
    expect((await put(slot, png)).status).toBe(200)
    await stack.kill()
    await stack.startAgain()
    // Its own notification may have come through before; the schedule of the sweeper is not waited for.
    const stateAfterSweep = async () => {
      const address = `${stack.edgeUrl}/2015-03-31/functions/${stack.outputs.SweepUploadsFunction}/invocations`
      await fetch(address, { method: 'POST', body: '{}' })
      return (await attachment.get()).state
    }
    await expect.poll(stateAfterSweep, { timeout: 60_000, interval: 500 }).toBe('ready')
  }, 120_000)

  it('leaves every invariant standing, with all rows and objects', async () => {
    await expectEveryInvariant(stack)
  }, 90_000)
})

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

interface Slot {
  uploadUrl: string
  uploadHeaders: Record<string, string>
}

/** Asks for a slot on a ticket of its own, and waits until it is open. */
async function slotFor(stack: OwnStack, tenant: string, bytes: Buffer, contentType = 'image/png') {
  const customer = caller(stack, tenant, 'carla', 'customer')
  const { body: ticket } = await customer.send('POST', '/tickets', { title: 'See the picture', body: 'Attached.' })
  const promise = { fileName: 'Grüße (1).png', contentType, sizeBytes: bytes.length, sha256: sha256(bytes, 'hex') }
  const asked = await customer.send('POST', `/tickets/${ticket.id}/attachments`, promise)
  expect(asked.status, asked.text).toBe(202)
  const { id, sagaId } = asked.body
  expect((await customer.get(`/sagas/${sagaId}`)).status).toBe(200)
  const bucket = stack.outputs.AttachmentsBucket ?? ''
  const objects = new S3Objects(bucket, clientConfig(stack.edgeUrl))
  const get = async (): Promise<Reply['body']> => (await customer.get(`/tickets/${ticket.id}/attachments/${id}`)).body
  const attachment = {
    ticketId: ticket.id as string,
    get,
    saga: async () => (await customer.get(`/sagas/${sagaId}`)).body,
    async eventTypes() {
      const { body } = await customer.get(`/tickets/${ticket.id}/events`)
      return body.items.map(({ type }: { type: string }) => type)
    },
    async objects() {
      const ref = { tenant, ticketId: ticket.id, id }
      const pages = await Promise.all(['quarantine/', 'clean/'].map((prefix) => objects.list(prefix)))
      const path = quarantineKey(ref).replace('quarantine/', '')
      return pages.flatMap((page) => page.objects.map(({ key }) => key)).filter((key) => key.endsWith(path))
    },
    /** As if S3 had taken so long for a copy that was undone. */
    async copyLate(file: Buffer) {
      const client = new S3Client({ ...clientConfig(stack.edgeUrl), forcePathStyle: true })
      const Key = cleanKey({ tenant, ticketId: ticket.id, id })
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: file }))
      client.destroy()
    },
    /** As if the time of its slot were up. */
    async endWait() {
      const { parse, ...read } = attachmentRow({ tenant, ticketId: ticket.id, id })
      const row = await stack.store.get(read)
      const { SFNClient, SendTaskFailureCommand } = await import('@aws-sdk/client-sfn')
      const client = new SFNClient(clientConfig(stack.edgeUrl))
      await client.send(new SendTaskFailureCommand({ taskToken: row && parse(row).token, error: 'States.Timeout' }))
    },
  }
  await expect.poll(async () => (await get()).state, patience).toBe('awaiting_upload')
  const slot: Slot = await get()
  return { attachment, slot }
}

function put({ uploadUrl, uploadHeaders }: Slot, bytes: Buffer, headers: Record<string, string> = {}) {
  const { 'Content-Length': _, ...others } = uploadHeaders
  return fetch(uploadUrl, { method: 'PUT', headers: { ...others, ...headers }, body: new Uint8Array(bytes) })
}

async function settled({ get }: { get(): Promise<Reply['body']> }): Promise<Reply['body']> {
  await expect.poll(async () => (await get()).state, patience).toMatch(/ready|rejected|expired/)
  return get()
}

function sha256(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
