import { createHash } from 'node:crypto'
import { type Evidence, gatherEvidence } from '../../proof/check/evidence.ts'
import { readMails } from '../../proof/check/mail-log.ts'
import { readObjects } from '../../proof/check/objects.ts'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import type { Target } from '../../proof/target.ts'
import { openContext } from '../runner/context/open-context.ts'
import type { Person, Reply } from '../runner/context/person.ts'
import type { ScenarioContext } from '../runner/context/scenario-context.ts'
import { storeOfTenants } from '../runner/context/tenant-store.ts'

/** One thing that somebody did, and what the API answered. */
export interface Deed {
  who: string
  says: string
  request: string
  answer: string
}

/** A ticket from its opening to its end, with everything that it has left behind. */
export interface TicketLife {
  tenant: string
  ticketId: string
  deeds: Deed[]
  evidence: Evidence
}

const text = 'Serial number 4711, as on the back.'
const file = {
  fileName: 'serial-number.txt',
  contentType: 'text/plain',
  sizeBytes: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
}

/**
 * Leads one ticket of a tenant of its own through its life: opened by a request that is sent twice, assigned, answered, given a
 * file, resolved, closed, reopened, and closed for good. Returns when everything that follows has come to its end. Throws `Error` at
 * an answer that is not a success.
 */
export async function liveTicket(target: Target, signal?: AbortSignal): Promise<TicketLife> {
  const context = await openContext(target, 'one-ticket', {
    run: Date.now().toString(36),
    ...(signal && { signal }),
  })
  try {
    const deeds: Deed[] = []
    const ticketId = await live(context, deeds)
    await context.untilIdle()
    const store = storeOfTenants(target.store, [context.tenant])
    const [mails, objects] = [await readMails(target.edgeUrl), await readObjects(target)]
    const evidence = await gatherEvidence(store, Date.now(), [], mails, objects)
    return { tenant: context.tenant, ticketId, deeds, evidence }
  } finally {
    await context.close()
  }
}

async function live({ person, until, untilIdle }: ScenarioContext, deeds: Deed[]): Promise<string> {
  const [ada, carla, agnes] = [person('ada', 'admin'), person('carla', 'customer'), person('agnes', 'agent')]
  const act = async (
    who: Person,
    says: string,
    method: 'POST' | 'PUT',
    path: string,
    body: object,
    key: string = crypto.randomUUID(),
  ): Promise<Reply> => {
    const reply = await who.sendUntilAnswered(method, path, body, key)
    if (!reply.status || reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`)
    const answer = `${reply.status}${reply.replayed ? ', replayed' : ''}`
    deeds.push({ who: who.name, says, request: `${method} ${path}`, answer })
    // What follows one deed is over before the next, so that every run tells the same story.
    await untilIdle()
    return reply
  }
  await act(ada, 'creates the customer', 'POST', '/users', {
    id: 'carla',
    role: 'customer',
    email: 'carla@example.com',
  })
  await act(ada, 'creates the agent', 'POST', '/users', { id: 'agnes', role: 'agent', email: 'agnes@example.com' })
  const ticket = { title: 'Printer on fire', body: 'It burns since this morning.' }
  const key = crypto.randomUUID()
  const opened = await act(carla, 'opens the ticket', 'POST', '/tickets', ticket, key)
  await act(carla, 'sends the same request again', 'POST', '/tickets', ticket, key)
  const ticketId = String(opened.body.id)
  const path = `/tickets/${ticketId}`
  await act(agnes, 'takes it', 'PUT', `${path}/assignee`, { userId: 'agnes' })
  await act(agnes, 'answers', 'POST', `${path}/comments`, { body: 'Please tell us the serial number.' })
  await attach(carla, path, act, until)
  const change = (who: Person, says: string, to: string, reason: string) =>
    act(who, says, 'POST', `${path}/transitions`, { to, reason })
  await change(agnes, 'begins work', 'in_progress', 'A new printer is on its way.')
  await change(agnes, 'resolves it', 'resolved', 'The new printer has arrived.')
  await change(agnes, 'closes it', 'closed', 'No answer for a week.')
  await change(agnes, 'reopens it', 'open', 'Carla has called: it burns again.')
  await change(agnes, 'resolves it again', 'resolved', 'It was the cable.')
  await change(agnes, 'closes it for good', 'closed', 'Carla agrees.')
  return ticketId
}

type Act = (who: Person, says: string, method: 'POST', path: string, body: object) => Promise<Reply>

/** The upload slot opens, the bytes go to S3 and not through the API, and the file becomes part of its ticket. */
async function attach(who: Person, path: string, act: Act, until: ScenarioContext['until']): Promise<void> {
  // The saga waits for the bytes, so the request cannot be waited for as the others are.
  const requested = await who.sendUntilAnswered('POST', `${path}/attachments`, file)
  const attachment = `${path}/attachments/${requested.body.id}`
  const read = async () => (await who.get(attachment)).body
  const slot = await until('the upload URL', read, ({ state }) => state === 'awaiting_upload')
  await fetchWhole(String(slot.uploadUrl), {
    method: 'PUT',
    headers: slot.uploadHeaders as Record<string, string>,
    body: text,
  })
  await until('the file', read, ({ state }) => state === 'ready')
  await act(who, 'has attached a file, and says so', 'POST', `${path}/comments`, { body: 'It is in the file.' })
}
