import { type TicketEventType, ticketEventTypes } from '../../domain/event.ts'
import { type Status, statuses } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { rotateWebhookSecret } from '../../functions/rotate-webhook-secret/rotate-webhook-secret.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import type { Draws } from './draws.ts'
import { files } from './files.ts'
import { people } from './people.ts'
import type { Known, Person, SimulatedRequest } from './requests.ts'
import type { Swarm, Toggled } from './swarm.ts'
import { webhookUrls } from './webhook-endpoints.ts'

/** Which number is drawn for a request of a client. */
export const [thinking, reusing, copying, copyCount, abandonChance, kind, who, which, what, repeating] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
]

/** The earlier key and operation, from somebody else or with another payload. */
export function reused(earlier: SimulatedRequest, drawn: number): SimulatedRequest {
  const { by, endpoint, params, body } = earlier
  if (drawn < 0.5) return { ...earlier, by: { ...by, actor: by.actor.id === 'ada' ? people.agnes : people.ada } }
  if (endpoint === createTicket) return { ...earlier, body: { ...(body as object), title: 'Another one' } }
  const others = Object.keys(params ?? {}).map((name) => [name, 'another'])
  return { ...earlier, params: Object.fromEntries(others) }
}

/** How often clients send each kind of request. */
const kinds = {
  open: 4,
  comment: 4,
  'change-status': 5,
  assign: 3,
  follow: 2,
  unfollow: 1,
  deactivate: 0.7,
}
const kindsOfFiles = { attach: 8, 'remove-file': 6 }
const kindsOfWebhooks = { 'put-webhook': 2, 'remove-webhook': 0.7, 'rotate-secret': 1 }
const kindsToggled = {
  followers: { follow: 5, unfollow: 5 },
  webhooks: { 'put-webhook': 5, 'remove-webhook': 5 },
  files: { attach: 2, 'remove-file': 5, 'change-status': 5 },
} as const satisfies Record<Toggled, object>
type Kind = keyof (typeof kinds & typeof kindsOfFiles & typeof kindsOfWebhooks)

/** What a client may do in this run. */
export type Repertoire = Pick<Swarm, 'hasFiles' | 'webhooks' | 'toggled'>

function drawKind(draws: Draws, index: number, { hasFiles, webhooks, toggled }: Repertoire): Kind {
  const ofEverything = { ...kinds, ...(hasFiles && kindsOfFiles), ...(webhooks.length > 0 && kindsOfWebhooks) }
  const weights: [string, number][] = Object.entries(toggled ? kindsToggled[toggled] : ofEverything)
  let left = draws.number(index, kind) * weights.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of weights) {
    left -= weight
    if (left < 0) return name as Kind
  }
  return 'open'
}

/** Draws the next request of a client. */
export function drawRequest(
  draws: Draws,
  index: number,
  tenant: string,
  key: string,
  { known, repertoire }: { known: Known; repertoire: Repertoire },
): SimulatedRequest {
  const person = (number: number, only: readonly Person['actor'][]): Person => {
    return { tenant, actor: draws.pick(only, index, number) }
  }
  const anyone = Object.values(people)
  const agents = anyone.filter(({ role }) => role !== 'customer')
  const ada = { tenant, actor: people.ada }
  const drawn = drawKind(draws, index, repertoire)
  if (drawn === 'deactivate')
    return {
      by: ada,
      endpoint: deactivateUser,
      key,
      params: { userId: draws.pick([people.alan, people.carl], index, which).id },
    }
  if (drawn === 'put-webhook' || drawn === 'remove-webhook' || drawn === 'rotate-secret') {
    const name = draws.pick(repertoire.webhooks, index, which)
    const request = { by: ada, key, params: { name } }
    if (drawn === 'remove-webhook') return { ...request, endpoint: removeWebhook }
    if (drawn === 'rotate-secret') return { ...request, endpoint: rotateWebhookSecret, body: {} }
    const events = draws.pick(subscriptions, index, what)
    return { ...request, endpoint: putWebhook, body: { url: webhookUrls[name], events } }
  }
  const { tickets } = known
  if (tickets.length === 0 || drawn === 'open')
    return {
      by: person(who, anyone),
      endpoint: createTicket,
      key,
      body: { title: 'Printer on fire', body: 'It burns.' },
    }
  const params = { ticketId: draws.pick(tickets, index, which) }
  const file = known.files.length > 0 ? draws.pick(known.files, index, which) : undefined
  if (drawn === 'remove-file' && file)
    return {
      by: draws.number(index, who) < 0.5 ? file.by : person(what, agents),
      endpoint: removeAttachment,
      key,
      params: { ticketId: file.ticketId, attachmentId: file.id },
    }
  const other = draws.pick(repertoire.toggled === 'followers' ? [people.alan] : anyone, index, what).id
  switch (drawn) {
    case 'attach':
    case 'remove-file': {
      const { harmless, infected, mislabelled } = files
      const { declared } = draws.pick([harmless, harmless, harmless, harmless, infected, mislabelled], index, what)
      return { by: person(who, anyone), endpoint: requestAttachment, key, params, body: declared }
    }
    case 'comment':
      return { by: person(who, anyone), endpoint: addComment, key, params, body: { body: 'It still burns.' } }
    case 'change-status':
      return {
        by: person(who, agents),
        endpoint: changeStatus,
        key,
        params,
        body: { to: draws.pick(repertoire.hasFiles ? towardsClosed : statuses, index, what), reason: 'It is so.' },
      }
    case 'assign':
      return {
        by: person(who, agents),
        endpoint: assignTicket,
        key,
        params,
        body: { userId: draws.pick(agents, index, what).id },
      }
    case 'follow':
      return { by: person(who, agents), endpoint: followTicket, key, params: { ...params, userId: other } }
    case 'unfollow':
      return { by: person(who, agents), endpoint: unfollowTicket, key, params: { ...params, userId: other } }
    default:
      return drawn satisfies never
  }
}

/** Where there are files, many tickets are closed while one is uploaded or removed. */
const towardsClosed: readonly Status[] = ['resolved', 'resolved', 'closed', 'closed', 'open']

/** A webhook of all events, or of a few. */
const subscriptions: readonly (readonly TicketEventType[])[] = [
  ticketEventTypes,
  ['ticket.opened', 'ticket.comment_added'],
  ['ticket.status_changed'],
]
