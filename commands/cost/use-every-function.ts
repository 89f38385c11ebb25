import type { EmbeddedStack } from 'embedded-aws'
import { functionNames } from '../../app/functions.ts'
import { attachmentBytesMax } from '../../domain/attachment.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import { shortName } from '../../proof/short-name.ts'
import type { Target } from '../../proof/target.ts'
import {
  ada,
  attachFile,
  attachmentIs,
  carla,
  type People,
  registerPeople,
  root,
  sender,
  startEndpoint,
} from './use-cases.ts'

const tenant = 'memory-tenant'

/** Texts as long as the API takes them. */
const largest = { title: 'T'.repeat(200), body: distinctWords('text'), comment: distinctWords('word') }

const longestReason = 'R'.repeat(500)

/** A text as long as one may be, with more distinct words than the search indexes. */
function distinctWords(word: string): string {
  return Array.from({ length: 3_500 }, (_, n) => `${word}${n}`)
    .join(' ')
    .slice(0, 32_760)
}

export interface Workload {
  /** How often each request is sent: the first ones find a cold function. */
  rounds: number
  /** Tickets that are opened at once, so that batches of streams and queues fill. */
  burst: number
}

/**
 * Calls every function of the stack, with the largest inputs that the API takes: texts, pages, files, full batches. Throws when a request
 * is refused that should not be, or when a function was not called.
 */
export async function useEveryFunction(
  stack: EmbeddedStack,
  target: Target,
  { rounds, burst }: Workload,
  onProgress: (step: string) => void,
): Promise<void> {
  const endpoint = await startEndpoint()
  try {
    onProgress('Sending every request')
    const people = await registerPeople(target, tenant, largest)
    const longTicket = await people.openTicket()
    await people.assign(longTicket)
    await useApi(new RoundsOfCalls(target, rounds), { target, people, longTicket, endpointUrl: endpoint.url })
    onProgress('Uploading the largest files')
    // Two of the largest, and small ones.
    for (let round = 0; round < rounds; round++)
      await useAttachment(target, longTicket, round < 2 ? attachmentBytesMax : 20)
    onProgress('Sending a burst of requests')
    await Promise.all(Array.from({ length: burst }, () => people.openTicket()))
    onProgress('Running what other triggers start')
    await useTriggers(stack, rounds)
  } finally {
    await endpoint.stop()
  }
}

/** Repeats one kind of request after the other, so that the functions in use stay warm. */
class RoundsOfCalls {
  readonly send: Send
  /** The id of one user for each round. */
  readonly #users: readonly string[]

  constructor(target: Target, rounds: number) {
    this.send = sender(target, tenant)
    this.#users = Array.from({ length: rounds }, (_, round) => `user-${round}`)
  }

  async each(call: (user: string, round: number) => Promise<unknown>): Promise<void> {
    for (const [round, user] of this.#users.entries()) await call(user, round)
  }

  /** The same request as root in every round. */
  always(method: string, path: string, body?: unknown): Promise<void> {
    return this.each(() => this.send(root, method, path, body))
  }
}

type Send = ReturnType<typeof sender>

interface ApiUse {
  target: Target
  people: Pick<People, 'openTicket'>
  longTicket: string
  endpointUrl: string
}

async function useApi(calls: RoundsOfCalls, use: ApiUse): Promise<void> {
  await useSettings(calls, use)
  await useTickets(calls, use)
  await useViews(calls, use)
  await useNotices(calls)
  await useOperations(calls, use)
  await calls.each((user) => calls.send(root, 'POST', `/users/${user}/deactivation`))
}

async function useSettings(calls: RoundsOfCalls, { endpointUrl: url }: ApiUse): Promise<void> {
  const { send } = calls
  await calls.each((id) => send(root, 'POST', '/users', { id, role: 'agent', email: `${id}@memory.example.com` }))
  await calls.each((user) => send(ada, 'GET', `/users/${user}`))
  await calls.each((_, round) =>
    send(carla, 'PUT', '/users/me/preferences', { channels: { inApp: true, email: round % 2 === 1 } }),
  )
  await calls.always('PUT', '/webhooks/crm', { url, events: ['ticket.opened'] })
  await calls.always('POST', '/webhooks/crm/secret-rotation', {})
  await calls.each(async () => {
    await send(root, 'PUT', '/webhooks/passing', { url, events: ['ticket.opened'] })
    await send(root, 'DELETE', '/webhooks/passing')
  })
}

async function useTickets(calls: RoundsOfCalls, { people, longTicket }: ApiUse): Promise<void> {
  const { send } = calls
  const ticketIds: string[] = []
  await calls.each(async () => ticketIds.push(await people.openTicket()))
  const own = (round: number) => `/tickets/${ticketIds[round]}`
  await calls.each((_, round) => send(ada, 'GET', own(round)))
  await calls.always('GET', '/tickets?limit=100')
  const comments: string[] = []
  await calls.each(async () => {
    const { id } = await send(ada, 'POST', `/tickets/${longTicket}/comments`, { body: largest.comment })
    comments.push(id)
  })
  await calls.always('GET', `/tickets/${longTicket}/comments?limit=100`)
  await calls.each((_, round) => send(ada, 'GET', `/tickets/${longTicket}/comments/${comments[round]}`))
  await calls.always('GET', `/tickets/${longTicket}/events?limit=100`)
  await calls.each((_, round) =>
    send(root, 'PUT', '/sla-policies/standard', { ...slaTerms, validFrom: `20${round + 10}-01-01T00:00:00Z` }),
  )
  await calls.always('GET', `/tickets/${longTicket}/sla`)
  await calls.each((userId, round) => send(root, 'PUT', `${own(round)}/assignee`, { userId }))
  await calls.each((user, round) => send(ada, 'PUT', `${own(round)}/followers/${user}`))
  await calls.each((user, round) => send(ada, 'DELETE', `${own(round)}/followers/${user}`))
  await calls.each((_, round) =>
    send(ada, 'POST', `${own(round)}/transitions`, { to: 'in_progress', reason: longestReason }),
  )
  await calls.each((_, round) => {
    const priority = round % 2 === 0 ? 'high' : 'urgent'
    const correction = { corrects: { seq: 1 }, to: { priority }, reason: longestReason }
    return send(root, 'POST', `${own(round)}/corrections`, correction)
  })
}

async function useViews(calls: RoundsOfCalls, { target }: ApiUse): Promise<void> {
  await calls.always('GET', '/work-list?limit=100')
  await calls.always('GET', '/search?q=word1%20word2%20word&limit=100')
  await calls.always('GET', '/stats')
  await calls.always('GET', `/dashboard?from=${daysAgo(30)}&to=${daysAgo(0)}&timeZone=Australia/Lord_Howe`)
  await calls.always('GET', '/openapi.json')
  await calls.each(() => loadConsole(target))
}

async function useNotices(calls: RoundsOfCalls): Promise<void> {
  const { send } = calls
  await calls.each((user) => refused(send(root, 'DELETE', `/users/${user}/mail-suppression`)))
  await calls.each(() => send(carla, 'GET', '/notices?limit=100'))
  const { items: notices } = await send(carla, 'GET', '/notices?limit=100')
  for (const { id } of notices) await send(carla, 'POST', `/notices/${id}/read`)
}

/** What operators and admins ask for: sagas, blocked aggregates, resumptions and holds. */
async function useOperations(calls: RoundsOfCalls, { longTicket }: ApiUse): Promise<void> {
  const { send } = calls
  await calls.always('GET', `/tickets/${longTicket}/sagas?limit=100`)
  await calls.always('GET', '/sagas?limit=100')
  await calls.always('GET', '/sagas?state=running&limit=100')
  await calls.always('GET', '/blocked?limit=100')
  const blocked = Buffer.from(JSON.stringify(['project-views', 'ticket', longTicket, 1])).toString('base64url')
  await calls.each(() => refused(send(root, 'POST', `/blocked/${blocked}/redrive`)))
  await calls.each(async () => {
    const { id } = await send(root, 'POST', '/sagas/resumptions', { filter: { name: 'notification' } })
    await send(root, 'GET', `/sagas/resumptions/${id}`)
  })
  await calls.each(async () => {
    await send(root, 'PUT', '/holds/scanner', { reason: longestReason })
    await send(root, 'GET', '/holds')
    await send(root, 'DELETE', '/holds/scanner')
  })
  const { items: sagas } = await send(root, 'GET', `/tickets/${longTicket}/sagas?limit=100`)
  for (const { id } of sagas) await send(root, 'GET', `/sagas/${id}`)
  for (const { id } of sagas) await refused(send(root, 'POST', `/sagas/${id}/resume`, { parkingId: 'none' }))
  for (const { id } of sagas) await refused(send(root, 'POST', `/sagas/${id}/run-now`, { generation: 1 }))
}

/** Loads the page and then the files that it names, as a browser does. */
async function loadConsole(target: Target): Promise<void> {
  const page = await (await fetchWhole(`${target.apiUrl}/console`)).text()
  for (const [, file] of page.matchAll(/"(console\/[^"]+)"/g)) await fetchWhole(`${target.apiUrl}/${file}`)
}

async function useAttachment(target: Target, ticketId: string, sizeBytes: number): Promise<void> {
  const send = sender(target, tenant)
  const file = Buffer.alloc(sizeBytes, 'Totals are missing.\n')
  const id = await attachFile(target, { tenant, ticketId, file })
  const ref = { tenant, ticketId, id }
  await attachmentIs('ready', target, ref)
  const path = `/tickets/${ticketId}/attachments/${id}`
  await send(carla, 'GET', path)
  await send(carla, 'DELETE', path)
  await attachmentIs('removed', target, ref)
}

async function useTriggers(stack: EmbeddedStack, rounds: number): Promise<void> {
  for (const name of stack.schedules.names())
    for (let round = 0; round < rounds; round++) await stack.schedules.runNow(name)
  for (const { id } of stack.mail.list({}).slice(0, 5))
    await fetchWhole(`${stack.url}/_steadfast/mail/come-back?id=${id}`, { method: 'POST' })
  for (let round = 0; round < rounds; round++)
    await stack.invoke(functionOf(stack, 'wake-saga'), { Records: [resumedSaga] })
  for (let round = 0; round < rounds; round++)
    await stack.invoke(functionOf(stack, 'watch-events'), { Records: [changedEvent] })
}

function functionOf(stack: EmbeddedStack, name: string): string {
  const found = stack.pool.names().find((each) => shortName(each) === name)
  if (!found) throw new Error(`the stack has no function ${name}`)
  return found
}

const day = [
  { from: '09:00', to: '12:30' },
  { from: '13:15', to: '17:30' },
]
const slaTarget = { firstAnswerMinutes: 240, resolutionMinutes: 4_800 }
const slaTerms = {
  timeZone: 'America/Argentina/ComodRivadavia',
  businessHours: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day },
  holidays: Array.from({ length: 60 }, (_, index) => `20${index + 20}-12-25`),
  targets: { low: slaTarget, normal: slaTarget, high: slaTarget, urgent: slaTarget },
}

/** A date in UTC, as in `2026-03-01`. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}

/** What happens to such a request does not matter, but that its function ran. */
async function refused(request: Promise<unknown>): Promise<void> {
  await request.catch((error: Error) => {
    if (!/was answered 4\d\d/.test(error.message)) throw error
  })
}

const keys = { pk: { S: 'TENANT#acme#TICKET#1' }, sk: { S: '000000000001' } }

/** SQS's record of the resume of a saga that has gone on since. */
const resumedSaga = {
  messageId: '1',
  attributes: { ApproximateReceiveCount: '1' },
  body: JSON.stringify({
    id: '1',
    tenant,
    aggregate: { type: 'saga', id: 'gone' },
    seq: 1,
    actor: 'root',
    occurredAt: '2026-01-01T00:00:00.000Z',
    recordedAt: '2026-01-01T00:00:00.000Z',
    correlationId: '1',
    type: 'saga.resumed',
    data: { parkingId: '1' },
  } satisfies DomainEvent),
}

/** The record of an edit in the stream of `Events`. */
const changedEvent = { eventName: 'MODIFY', eventID: '1', dynamodb: { Keys: keys, OldImage: keys, NewImage: keys } }

/** The event that Cognito sends before it signs a token. */
export const tokenEvent = {
  version: '2',
  triggerSource: 'TokenGeneration_Authentication',
  callerContext: { awsSdkVersion: '3', clientId: 'client' },
  request: { userAttributes: { 'custom:tenant': tenant, 'custom:role': 'agent' } },
  response: {},
}

/** Every function of the app, whichever stage deploys it. */
export const everyFunction = functionNames({ malwareScan: 'guardduty', identity: 'cognito' })
