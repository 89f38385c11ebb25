import { toBlockedAggregate } from '../../app/http/blocked-resource.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { TenantLimit } from '../../app/http/tenant-limit.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { everyEndpoint } from '../../proof/portfolio/recorded-work.ts'
import { blockCheckpoint, initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { putResumption } from '../../tables/resumptions.ts'
import type { Store } from '../../tables/store.ts'
import { Api, admin, agent, type Call, customer } from '../fixtures/api.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'
import type { Person } from '../fixtures/tokens.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { drifts, openTicket } from '../reconcile/planted-drift.ts'
import { ReconciledSystem } from '../reconcile/reconciled-system.ts'
import { promiseOf } from '../sagas/attachment-fixture.ts'
import type { Recorder } from './recorder.ts'

/** The operation, who calls it, and with what. */
type OperationCall = [operation: string, by: Person, call: Call]

const newcomer: Person = { tenant: 'acme', id: 'nora', role: 'customer' }
const newAdmin: Person = { ...newcomer, id: 'nils', role: 'admin' }
const otherNewAdmin: Person = { ...newAdmin, id: 'nele' }
const text = { title: 'Printer on fire', body: 'It burns.' }

/** Calls every endpoint of the API once, and some that write differently twice, on a system that has everything to read. */
export async function callEveryEndpoint(recorder: Recorder, nameOf: (endpoint: Endpoint) => string): Promise<void> {
  const system = await ReconciledSystem.create()
  const calls = await callsOn(system)
  const runtime = new VirtualRuntime({ nowMs: system.runtime.now() })
  for (let used = 0; used < 10_000; used++) runtime.newId()
  const store = recorder.through(system.store)
  const api = new Api({ store, runtime })
  for (const [operation, by, call] of calls) {
    const endpoint = endpoints.find((each) => each.operation === operation)
    if (!endpoint) throw new Error(`there is no endpoint ${operation}`)
    const { status, text: answer } = await recorder.record(nameOf(endpoint), () => api.call(by, endpoint, call))
    if (status >= 300) throw new Error(`${operation} was answered ${status}: ${answer}`)
  }
  await recorder.record(everyEndpoint, () => useUpPortion(store, runtime))
}

const failedAttempt = {
  step: 'mail',
  action: 'do',
  startedAt: '2026-03-01T10:00:00.000Z',
  endedAt: '2026-03-01T10:00:01.000Z',
  outcome: 'failed',
}

const resumption = {
  id: 'r1',
  filter: {},
  requestedBy: admin.id,
  requestedAt: '2026-03-01T10:00:00.000Z',
  resumed: 0,
  refused: 0,
  failed: 0,
  version: 1,
}

/** Every endpoint takes part in the limit of its tenant before it does anything of its own. */
async function useUpPortion(store: Store, runtime: VirtualRuntime): Promise<void> {
  const limit = new TenantLimit({ requestsPerSecond: 1 }, { store, runtime, onFailure: () => {} })
  for (let request = 0; request < 3; request++) await limit.admit(agent.tenant)
}

/** Calls in an order in which each is accepted. */
async function callsOn(system: ReconciledSystem): Promise<OperationCall[]> {
  const ticket = { ticketId: String((await openTicket(system)).id) }
  const comment = await system.row('Tickets', { kind: 'comment', tenant: 'acme' })
  const file = await system.row('Tickets', { state: 'ready' })
  const notice = await system.row('Notices', { userId: customer.id })
  const carla = await system.row('Tickets', { sk: 'USER', id: customer.id })
  await drifts['a saga that waits for an operator']?.plant(system)
  const saga = await system.row('Sagas', { state: 'parked' })
  await system.tamper('Sagas', saga, { parkingId: 'p1' })
  const failing = await system.row('Sagas', { state: 'completed', name: 'notification' })
  await system.tamper('Sagas', failing, { state: 'running', t_100_failed: failedAttempt })
  await system.tamper('Tickets', carla, { mailSuppressed: { why: 'bounce', at: '2026-03-01T10:00:00.000Z' } })
  const initial = initialCheckpoint('project-views', 'acme', { type: 'ticket', id: 'B1' })
  const blocked = blockCheckpoint(initial, 1)
  await system.store.write(replaceCheckpoint(initial, blocked))
  await system.store.write(putResumption('acme', resumption))
  const attached = { ...ticket, attachmentId: String(file.id) }
  const webhook = { url: 'https://crm.example.com/other', events: ['ticket.opened'] }
  const earlier = new Date(system.runtime.now() - 3_600_000).toISOString()
  return [
    ['POST /tickets', customer, { body: text }],
    ['POST /tickets', newcomer, { body: text }],
    ['GET /tickets', agent, {}],
    ['GET /tickets', agent, { query: { status: 'open' } }],
    ['GET /tickets', agent, { query: { assignee: agent.id } }],
    ['GET /tickets', agent, { query: { requester: customer.id } }],
    ['GET /tickets/{ticketId}', agent, { params: ticket }],
    ['GET /tickets/{ticketId}/events', agent, { params: ticket }],
    ['POST /tickets/{ticketId}/comments', agent, { params: ticket, body: { body: 'Soon.' } }],
    ['POST /tickets/{ticketId}/comments', agent, { params: ticket, body: { body: 'Soon.', occurredAt: earlier } }],
    ['GET /tickets/{ticketId}/comments', agent, { params: ticket }],
    [
      'GET /tickets/{ticketId}/comments/{commentId}',
      agent,
      { params: { ticketId: String(comment.ticketId), commentId: String(comment.id) } },
    ],
    ['POST /tickets/{ticketId}/attachments', customer, { params: ticket, body: promiseOf(Buffer.from('A file.')) }],
    ['GET /tickets/{ticketId}/attachments/{attachmentId}', agent, { params: attached }],
    ['DELETE /tickets/{ticketId}/attachments/{attachmentId}', agent, { params: attached }],
    ['POST /tickets/{ticketId}/transitions', agent, { params: ticket, body: { to: 'in_progress', reason: 'Now.' } }],
    ['POST /tickets/{ticketId}/transitions', agent, { params: ticket, body: { to: 'in_progress', reason: 'Again.' } }],
    ['PUT /tickets/{ticketId}/assignee', agent, { params: ticket, body: { userId: 'bob' } }],
    [
      'POST /tickets/{ticketId}/corrections',
      admin,
      { params: ticket, body: { corrects: { seq: 1 }, to: { priority: 'high' }, reason: 'A slip.' } },
    ],
    ['PUT /tickets/{ticketId}/followers/{userId}', agent, { params: { ...ticket, userId: agent.id } }],
    ['DELETE /tickets/{ticketId}/followers/{userId}', agent, { params: { ...ticket, userId: agent.id } }],
    ['POST /users', admin, { body: { id: 'dora', role: 'agent', email: 'dora@example.com' } }],
    ['GET /users/{userId}', agent, { params: { userId: 'dora' } }],
    ['POST /users/{userId}/deactivation', admin, { params: { userId: 'dora' } }],
    ['DELETE /users/{userId}/mail-suppression', admin, { params: { userId: customer.id } }],
    ['PUT /users/me/preferences', customer, { body: { channels: { inApp: true, email: false } } }],
    ['GET /tickets/{ticketId}/sagas', agent, { params: ticket }],
    ['PUT /holds/{dependency}', admin, { params: { dependency: 'mail' }, body: { reason: 'Down.' } }],
    ['GET /holds', admin, {}],
    ['DELETE /holds/{dependency}', admin, { params: { dependency: 'mail' } }],
    ['GET /blocked', admin, {}],
    ['POST /blocked/{blockedId}/redrive', admin, { params: { blockedId: toBlockedAggregate(blocked).id } }],
    ['POST /sagas/resumptions', admin, { body: { filter: { name: 'notification' } } }],
    ['GET /sagas/resumptions/{resumptionId}', admin, { params: { resumptionId: resumption.id } }],
    ['GET /sagas', admin, { query: { state: 'parked' } }],
    ['GET /sagas/{sagaId}', admin, { params: { sagaId: String(saga.id) } }],
    [
      'POST /sagas/{sagaId}/run-now',
      otherNewAdmin,
      { params: { sagaId: String(failing.id) }, body: { generation: 1 } },
    ],
    ['POST /sagas/{sagaId}/resume', newAdmin, { params: { sagaId: String(saga.id) }, body: { parkingId: 'p1' } }],
    ['GET /notices', customer, {}],
    ['POST /notices/{noticeId}/read', customer, { params: { noticeId: String(notice.id) } }],
    ['PUT /webhooks/{name}', admin, { params: { name: 'other' }, body: webhook }],
    ['POST /webhooks/{name}/secret-rotation', admin, { params: { name: 'other' }, body: {} }],
    ['DELETE /webhooks/{name}', admin, { params: { name: 'other' } }],
    ['GET /work-list', agent, {}],
    ['PUT /sla-policies/{policyId}', admin, { params: { policyId: 'standard' }, body: slaPolicy({ timeZone: 'UTC' }) }],
    ['GET /tickets/{ticketId}/sla', agent, { params: ticket }],
    ['GET /search', agent, { query: { q: 'burns' } }],
    ['GET /stats', agent, {}],
    ['GET /stats', agent, { query: { consistentWith: '1', ticket: ticket.ticketId } }],
    ['GET /dashboard', agent, {}],
    ['GET /openapi.json', agent, {}],
  ]
}
