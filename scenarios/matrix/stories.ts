import { createHash } from 'node:crypto'
import { hasEnded } from '../../tables/sagas.ts'
import type { Person, Reply } from '../runner/context/person.ts'
import type { Case } from './case.ts'
import type { Endpoints } from './endpoint.ts'
import type { SagaWatch } from './saga-watch.ts'

/** How people set off one saga, by the API alone. */
export interface Story {
  /** What must be there before anything goes wrong. */
  prepare(): Promise<void>
  /** What starts the saga, and what people do while it runs. */
  play(): Promise<void>
}

export interface Around {
  admin: Person
  carla: Person
  endpoints: Endpoints
  watch: SagaWatch
}

export function storyOf(one: Case, around: Around): Story {
  const refuses = one.injected.action === 'undo'
  switch (one.harness.saga.name) {
    case 'notification':
      return notificationStory(one, around, refuses)
    case 'webhook':
      return webhookStory(one, around, refuses)
    case 'attachment':
      return attachmentStory(one, around, refuses)
    default:
      throw new Error(`nobody knows how ${one.harness.saga.name} is set off`)
  }
}

const ticket = { title: 'Printer on fire', body: 'It burns.' }

/** Carla is notificationStory of a comment; mail to some addresses is refused, and everything goes back. */
function notificationStory({ tenant }: Case, { admin, carla }: Around, refuses: boolean): Story {
  let id = ''
  return {
    async prepare() {
      const email = refuses ? `${tenant}@bounce.example.com` : `${tenant}@example.com`
      await well(admin.sendUntilAnswered('POST', '/users', { id: 'carla', role: 'customer', email }))
      id = String((await well(carla.sendUntilAnswered('POST', '/tickets', ticket))).body.id)
    },
    async play() {
      await well(admin.sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: 'On its way.' }))
    },
  }
}

/** An endpoint is notificationStory of a ticket; one that is gone sends everything back. */
function webhookStory({ tenant }: Case, { admin, carla, endpoints }: Around, refuses: boolean): Story {
  return {
    async prepare() {
      if (refuses) endpoints.remove(tenant)
      const endpoint = { url: endpoints.url(tenant), events: ['ticket.opened'] }
      await well(admin.sendUntilAnswered('PUT', '/webhooks/crm', endpoint))
    },
    async play() {
      await well(carla.sendUntilAnswered('POST', '/tickets', ticket))
    },
  }
}

/** Carla attaches a file as soon as she can; to a ticket that was closed meanwhile nothing is attachmentStory any more. */
function attachmentStory(
  {
    tenant,
    harness: {
      saga: { name },
    },
  }: Case,
  { admin, carla, watch }: Around,
  refuses: boolean,
): Story {
  const file = Buffer.from('It burns.')
  let id = ''
  return {
    async prepare() {
      id = String((await well(carla.sendUntilAnswered('POST', '/tickets', ticket))).body.id)
    },
    async play() {
      const sha256 = createHash('sha256').update(file).digest('hex')
      const promise = { fileName: 'fire.txt', contentType: 'text/plain', sizeBytes: file.length, sha256 }
      const asked = await well(carla.sendUntilAnswered('POST', `/tickets/${id}/attachments`, promise))
      const saga = await watch.until({ tenant, name }, (each) => hasEnded(each) || each.timeline.some(isWaiting))
      if (!saga.timeline.some(isWaiting)) return
      if (refuses)
        for (const to of ['resolved', 'closed'])
          await well(admin.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to, reason: 'Out of order' }))
      const { body } = await well(carla.get(`/tickets/${id}/attachments/${asked.body.id}`))
      const { uploadUrl, uploadHeaders } = body as { uploadUrl?: string; uploadHeaders?: Record<string, string> }
      if (!uploadUrl) return
      const { 'Content-Length': _, ...headers } = uploadHeaders ?? {}
      const put = await fetch(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(file) })
      if (!put.ok) throw new Error(`${tenant}: the upload was answered ${put.status}`)
    },
  }
}

const isWaiting = ({ outcome }: { outcome: string }) => outcome === 'waiting'

/** The story can't go on without what it asked for. */
async function well(asked: Promise<Reply>): Promise<Reply> {
  const reply = await asked
  if (reply.status === undefined || reply.status >= 300) throw new Error(`answered ${reply.status}: ${reply.text}`)
  return reply
}
