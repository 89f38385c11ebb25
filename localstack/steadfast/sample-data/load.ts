import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { signToken } from '../token-keys.ts'

const Comment = z.strictObject({ by: z.string(), body: z.string() })
const Transition = z.strictObject({ by: z.string(), to: z.string(), reason: z.string() })
const Ticket = z.strictObject({
  by: z.string(),
  title: z.string(),
  body: z.string(),
  priority: z.string().optional(),
  assignee: z.string().optional(),
  comments: z.array(Comment),
  transitions: z.array(Transition),
})
const User = z.strictObject({ id: z.string(), role: z.string(), name: z.string(), email: z.string() })
const Tenant = z.strictObject({ tenant: z.string(), users: z.array(User), tickets: z.array(Ticket) })
type Tenant = z.infer<typeof Tenant>

/**
 * Loads the sample tenants through the public API, once per data folder. Every request has a fixed idempotency key, so an interrupted
 * load continues at the next start. Throws when a request does not succeed.
 */
export async function loadSamples({
  apiUrl,
  dataDir,
  onProgress = () => {},
}: {
  apiUrl: string
  dataDir: string
  onProgress?: (step: string) => void
}): Promise<void> {
  const doneFile = join(dataDir, 'samples-loaded')
  if (existsSync(doneFile)) return
  onProgress('Loading the sample tenants and tickets')
  const text = readFileSync(new URL('./tenants.json', import.meta.url), 'utf8')
  const tenants = z.array(Tenant).parse(JSON.parse(text))
  await Promise.all(tenants.map((tenant) => loadTenant(tenant, apiUrl, dataDir)))
  writeFileSync(doneFile, '')
}

async function loadTenant({ tenant, users, tickets }: Tenant, apiUrl: string, dataDir: string): Promise<void> {
  const tokens = new Map<string, string>()
  for (const { id, role } of users) tokens.set(id, await signToken(dataDir, { tenant, user: id, role }))
  const admin = users.find(({ role }) => role === 'admin')?.id ?? ''

  async function send(by: string, call: string, key: string, body: unknown): Promise<{ id: string }> {
    const [method = '', path = ''] = call.split(' ')
    const response = await sendWithRetries(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.get(by) ?? ''}`,
        'idempotency-key': `sample-${key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const answer = await response.text()
    if (!response.ok)
      throw new Error(`The sample data could not be loaded: ${call} returned ${response.status} ${answer}`)
    return JSON.parse(answer) as { id: string }
  }

  await Promise.all(users.map(({ ...user }) => send(admin, 'POST /users', `user-${user.id}`, user)))
  for (const [index, { by: requester, comments, transitions, assignee, ...ticket }] of tickets.entries()) {
    const { id } = await send(requester, 'POST /tickets', `ticket-${index}`, ticket)
    const key = (step: string) => `ticket-${index}-${step}`
    if (assignee) await send(admin, `PUT /tickets/${id}/assignee`, key('assignee'), { userId: assignee })
    for (const [at, comment] of comments.entries())
      await send(comment.by, `POST /tickets/${id}/comments`, key(`comment-${at}`), { body: comment.body })
    for (const [at, { by: mover, ...move }] of transitions.entries())
      await send(mover, `POST /tickets/${id}/transitions`, key(`transition-${at}`), move)
  }
}

const attemptsMax = 6

/** Retries with the same key what may yet succeed: refusals for now, and unknown outcomes. Returns the last response. */
async function sendWithRetries(url: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, request)
    const isRetryable = response.status === 429 || response.status >= 500 || response.headers.has('retry-after')
    if (!isRetryable || attempt === attemptsMax) return response
    await response.arrayBuffer()
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt))
  }
}
