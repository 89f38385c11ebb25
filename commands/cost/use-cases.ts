import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attachment } from '../../domain/attachment.ts'
import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import type { Target } from '../../proof/target.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'

/** The words of a ticket and of a comment: their lengths decide how many units a row takes. */
export interface Texts {
  title: string
  body: string
  comment: string
}

/** About as long as the support conversations of the sample data: a few sentences. */
export const usualTexts: Texts = {
  title: 'The export of last month has no totals',
  body: `${'The monthly report was exported this morning, and the totals are missing from every sheet. '.repeat(4)}Please help.`,
  comment: `${'Thank you, we can see it too and are working on it. '.repeat(5)}We will write again today.`,
}

/** One tenant, with people who do the use cases: `carla` is a customer with an e-mail address, `ada` an agent. */
export interface People {
  openTicket(): Promise<string>
  assign(ticketId: string): Promise<void>
  comment(ticketId: string, key?: string): Promise<void>
  attach(ticketId: string): Promise<void>
  addWebhook(url: string): Promise<void>
}

/** User and role of the sender of a request. */
export type Sender = readonly [user: string, role: 'customer' | 'agent' | 'admin']

export const carla: Sender = ['carla', 'customer']
export const ada: Sender = ['ada', 'agent']
export const root: Sender = ['root', 'admin']

/** Sends requests in one tenant and returns the parsed answers. What it returns throws when a request is refused. */
export function sender(target: Target, tenant: string) {
  return async (by: Sender, method: string, path: string, body?: unknown, key: string = randomUUID()) => {
    const [user, role] = by
    const token = await signToken(target.dataDir, { tenant, user, role })
    const response = await fetchWhole(`${target.apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(method !== 'GET' && { 'Idempotency-Key': key }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
}

/** Registers the people, and returns what they can do. Each throws when it is refused. */
export async function registerPeople(target: Target, tenant: string, texts: Texts): Promise<People> {
  const send = sender(target, tenant)
  await send(root, 'POST', '/users', { id: 'carla', role: 'customer', email: `carla@${tenant}.example.com` })
  await send(root, 'POST', '/users', { id: 'ada', role: 'agent' })
  return {
    openTicket: async () => (await send(carla, 'POST', '/tickets', { title: texts.title, body: texts.body })).id,
    assign: (ticketId) => send(root, 'PUT', `/tickets/${ticketId}/assignee`, { userId: 'ada' }),
    comment: (ticketId, key) => send(ada, 'POST', `/tickets/${ticketId}/comments`, { body: texts.comment }, key),
    addWebhook: (url) => send(root, 'PUT', '/webhooks/crm', { url, events: ['ticket.opened'] }),
    attach: async (ticketId) => {
      await attachFile(target, { tenant, ticketId, file: Buffer.from('Totals are missing.\n') })
    },
  }
}

/** Requests, opens and uploads to the slot of a text file, as carla; returns the id of the attachment. */
export async function attachFile(
  target: Target,
  { tenant, ticketId, file }: { tenant: string; ticketId: string; file: Buffer<ArrayBuffer> },
): Promise<string> {
  const send = sender(target, tenant)
  const sha256 = createHash('sha256').update(file).digest('hex')
  const promise = { fileName: 'report.txt', contentType: 'text/plain', sizeBytes: file.length, sha256 }
  const { id } = await send(carla, 'POST', `/tickets/${ticketId}/attachments`, promise)
  await attachmentIs('awaiting_upload', target, { tenant, ticketId, id })
  const slot = await send(carla, 'GET', `/tickets/${ticketId}/attachments/${id}`)
  const { 'Content-Length': _, ...headers } = slot.uploadHeaders as Record<string, string>
  const { ok, status } = await fetchWhole(slot.uploadUrl, { method: 'PUT', headers, body: new Uint8Array(file) })
  if (!ok) throw new Error(`the upload was answered ${status}`)
  return id
}

/** Waits for a state. Looks at the stored row: a client that asks the API would be counted. */
export async function attachmentIs(
  state: Attachment['state'],
  { store }: Target,
  ref: { tenant: string; ticketId: string; id: string },
): Promise<void> {
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < 30_000; await sleep(50)) {
    if ((await readRow(store, attachmentRow(ref)))?.state === state) return
  }
  throw new Error(`attachment ${ref.id} did not become ${state} within 30 s`)
}

/** An endpoint for webhooks on this machine. */
export async function startEndpoint(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(204).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
