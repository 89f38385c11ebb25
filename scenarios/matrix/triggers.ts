import { createHash } from 'node:crypto'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import { hasEnded } from '../../tables/sagas.ts'
import type { FaultClient } from '../runner/context/fault-client.ts'
import type { Person, Reply } from '../runner/context/person.ts'
import type { MatrixCase } from './case.ts'
import type { Endpoints } from './endpoints.ts'
import type { SagaPoller } from './saga-poller.ts'

/** What users do, by the API alone, so that the saga of a case starts. */
export interface SagaTrigger {
  /** Creates what the saga needs, before the fault is injected. */
  prepare(): Promise<void>
  /** Starts the saga, and does what users do while it runs. */
  start(): Promise<void>
}

export interface TriggerDeps {
  admin: Person
  customer: Person
  endpoints: Endpoints
  poller: SagaPoller
  faults: FaultClient
}

/** Throws `Error` for a saga that this file doesn't know. */
export function sagaTrigger(testCase: MatrixCase, deps: TriggerDeps): SagaTrigger {
  switch (testCase.harness.saga.name) {
    case 'notification':
      return notificationTrigger(testCase, deps)
    case 'webhook':
      return webhookTrigger(testCase, deps)
    case 'attachment':
      return attachmentTrigger(testCase, deps)
    case 'removal':
      return removalTrigger(testCase, deps)
    default:
      throw new Error(`no trigger for the saga ${testCase.harness.saga.name}`)
  }
}

const ticket = { title: 'Printer on fire', body: 'It burns.' }

/** Undos run only when the pivot is refused. */
function refusesPivot({ injected }: MatrixCase): boolean {
  return injected.action === 'undo'
}

/** A comment notifies the customer. The pivot is refused when mail to the customer's address bounces. */
function notificationTrigger(testCase: MatrixCase, { admin, customer }: TriggerDeps): SagaTrigger {
  const { tenant } = testCase
  let ticketId = ''
  return {
    async prepare() {
      const email = `${tenant}@${refusesPivot(testCase) ? 'bounce.' : ''}example.com`
      await expectSuccess(admin.sendUntilAnswered('POST', '/users', { id: customer.name, role: 'customer', email }))
      ticketId = String((await expectSuccess(customer.sendUntilAnswered('POST', '/tickets', ticket))).body.id)
    },
    async start() {
      await expectSuccess(admin.sendUntilAnswered('POST', `/tickets/${ticketId}/comments`, { body: 'On its way.' }))
    },
  }
}

/** A new ticket is sent to the tenant's endpoint. The pivot is refused when the endpoint answers that it is gone. */
function webhookTrigger(testCase: MatrixCase, { admin, customer, endpoints }: TriggerDeps): SagaTrigger {
  const { tenant } = testCase
  return {
    async prepare() {
      if (refusesPivot(testCase)) endpoints.answerGone(tenant)
      const endpoint = { url: endpoints.urlOf(tenant), events: ['ticket.opened'] }
      await expectSuccess(admin.sendUntilAnswered('PUT', '/webhooks/crm', endpoint))
    },
    async start() {
      await expectSuccess(customer.sendUntilAnswered('POST', '/tickets', ticket))
    },
  }
}

/** The customer uploads a file to the slot once it is open. The pivot is refused when the ticket was closed meanwhile. */
function attachmentTrigger(testCase: MatrixCase, deps: TriggerDeps): SagaTrigger {
  const { customer, poller } = deps
  const { tenant, harness } = testCase
  let ticketId = ''
  return {
    async prepare() {
      ticketId = String((await expectSuccess(customer.sendUntilAnswered('POST', '/tickets', ticket))).body.id)
    },
    async start() {
      const path = await requestUpload(customer, ticketId)
      const saga = await poller.waitFor(
        { tenant, name: harness.saga.name },
        (current) => hasEnded(current) || current.timeline.some(isWaiting),
      )
      if (!saga.timeline.some(isWaiting)) return
      if (refusesPivot(testCase)) await close(deps, ticketId)
      await uploadTo(customer, path)
    },
  }
}

/** The customer removes a file. The pivot is refused when the ticket was closed meanwhile: the saga's first task is held until then. */
function removalTrigger(testCase: MatrixCase, deps: TriggerDeps): SagaTrigger {
  const { customer, poller, faults } = deps
  const { tenant } = testCase
  let [ticketId, path] = ['', '']
  return {
    async prepare() {
      ticketId = String((await expectSuccess(customer.sendUntilAnswered('POST', '/tickets', ticket))).body.id)
      path = await requestUpload(customer, ticketId)
      const upload = { tenant, name: 'attachment' }
      await poller.waitFor(upload, ({ timeline }) => timeline.some(isWaiting))
      await uploadTo(customer, path)
      await poller.waitFor(upload, hasEnded)
    },
    async start() {
      if (!refusesPivot(testCase)) {
        await expectSuccess(customer.sendUntilAnswered('DELETE', path))
        return
      }
      const firstTask = { function: '*-run-removal-step', key: [tenant, 'do', 'mark'] }
      const rule = { name: `${tenant}-held`, at: 'invocation', where: firstTask, fault: { do: 'hold' } } as const
      await faults.set(rule)
      await expectSuccess(customer.sendUntilAnswered('DELETE', path))
      await close(deps, ticketId).finally(() => faults.remove(rule.name))
    },
  }
}

const file = Buffer.from('It burns.')

/** Returns the path of the requested attachment. */
async function requestUpload(customer: Person, ticketId: string): Promise<string> {
  const sha256 = createHash('sha256').update(file).digest('hex')
  const description = { fileName: 'fire.txt', contentType: 'text/plain', sizeBytes: file.length, sha256 }
  const path = `/tickets/${ticketId}/attachments`
  const { body } = await expectSuccess(customer.sendUntilAnswered('POST', path, description))
  return `${path}/${body.id}`
}

/** Uploads the file if the slot is open. */
async function uploadTo(customer: Person, path: string): Promise<void> {
  const { body } = await expectSuccess(customer.get(path))
  const { uploadUrl, uploadHeaders } = body as { uploadUrl?: string; uploadHeaders?: Record<string, string> }
  if (!uploadUrl) return
  const { 'Content-Length': _, ...headers } = uploadHeaders ?? {}
  const upload = await fetchWhole(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(file) })
  if (!upload.ok) throw new Error(`the upload to ${path} was answered ${upload.status}`)
}

async function close({ admin }: TriggerDeps, ticketId: string): Promise<void> {
  for (const to of ['resolved', 'closed']) {
    const transition = { to, reason: 'Out of order' }
    await expectSuccess(admin.sendUntilAnswered('POST', `/tickets/${ticketId}/transitions`, transition))
  }
}

const isWaiting = ({ outcome }: { outcome: string }) => outcome === 'waiting'

/** Throws `Error` with the answer when it is not a success: the saga can't start without it. */
async function expectSuccess(request: Promise<Reply>): Promise<Reply> {
  const reply = await request
  if (reply.status === undefined || reply.status >= 300) throw new Error(`answered ${reply.status}: ${reply.text}`)
  return reply
}
