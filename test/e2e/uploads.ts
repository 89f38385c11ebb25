import { createHash } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { clientConfig, type Target } from '../../proof/target.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { caller, type Reply } from './running-stack.ts'

export const pollOptions = { timeout: 30_000, interval: 100 }

/** A PNG of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
export const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

export interface Slot {
  uploadUrl: string
  uploadHeaders: Record<string, string>
}

/** Asks for a slot on a ticket of its own, and waits until it is open. */
export async function slotFor(stack: Target, tenant: string, bytes: Buffer, contentType = 'image/png') {
  const customer = caller(stack, tenant, 'carla', 'customer')
  const { body: ticket } = await customer.send('POST', '/tickets', { title: 'See the picture', body: 'Attached.' })
  const promise = { fileName: 'Grüße (1).png', contentType, sizeBytes: bytes.length, sha256: sha256(bytes, 'hex') }
  const asked = await customer.send('POST', `/tickets/${ticket.id}/attachments`, promise)
  expect(asked.status, asked.text).toBe(202)
  const { id, sagaId } = asked.body
  expect((await customer.get(`/sagas/${sagaId}`)).status).toBe(200)
  const bucket = stack.outputs.AttachmentsBucket ?? ''
  const objects = new S3ObjectStore(bucket, clientConfig(stack.edgeUrl))
  const get = async (): Promise<Reply['body']> => (await customer.get(`/tickets/${ticket.id}/attachments/${id}`)).body
  const attachment = {
    ticketId: ticket.id as string,
    id: id as string,
    get,
    remove: (key?: string) => customer.send('DELETE', `/tickets/${ticket.id}/attachments/${id}`, undefined, key),
    changeTo: (to: string) =>
      caller(stack, tenant, 'agnes', 'agent').send('POST', `/tickets/${ticket.id}/transitions`, {
        to,
        reason: 'Done.',
      }),
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
    /** Copies the file late, as if S3 had taken so long for a copy that was undone. */
    async copyLate(file: Buffer) {
      const client = new S3Client({ ...clientConfig(stack.edgeUrl), forcePathStyle: true })
      const Key = cleanKey({ tenant, ticketId: ticket.id, id })
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: file }))
      client.destroy()
    },
    /** Ends the wait as if the time of its slot were up. */
    async endWait() {
      const attachment = await readRow(stack.store, attachmentRow({ tenant, ticketId: ticket.id, id }))
      const { SFNClient, SendTaskFailureCommand } = await import('@aws-sdk/client-sfn')
      const client = new SFNClient(clientConfig(stack.edgeUrl))
      await client.send(new SendTaskFailureCommand({ taskToken: attachment?.token, error: 'States.Timeout' }))
    },
  }
  await expect.poll(async () => (await get()).state, pollOptions).toBe('awaiting_upload')
  const slot: Slot = await get()
  return { attachment, slot }
}

export function put({ uploadUrl, uploadHeaders }: Slot, bytes: Buffer, headers: Record<string, string> = {}) {
  const { 'Content-Length': _, ...others } = uploadHeaders
  return fetch(uploadUrl, { method: 'PUT', headers: { ...others, ...headers }, body: new Uint8Array(bytes) })
}

export async function settled({ get }: { get(): Promise<Reply['body']> }): Promise<Reply['body']> {
  await expect.poll(async () => (await get()).state, pollOptions).toMatch(/ready|rejected|expired/)
  return get()
}

export function sha256(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(encoding)
}
