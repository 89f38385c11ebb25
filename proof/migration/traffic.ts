import { Priority } from '../../domain/priority-scale.ts'
import type { RequestResult } from '../load/attempt.ts'
import { type PlannedRequest, type Session, ticketPlaceholder } from '../load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../load/run-load.ts'
import type { Target } from '../target.ts'

const copies = 2
const tenants = 3
const ticketsPerWave = 6

/** Sends wave after wave until it is stopped: tickets of every priority, comments, corrections of the priority; each request twice. */
export function startTraffic({ apiUrl }: Target, tokenFor: Parameters<typeof runLoad>[0]['tokenFor']) {
  const results: RequestResult[] = []
  let attempts = 0
  let isStopped = false
  // Slow enough that the rows of the whole rehearsal stay few, and the stack has time for the work on them.
  const arrivals: LoadOptions['arrivals'] = { sessionsPerSecond: 2 }
  const send = async () => {
    for (let wave = 0; !isStopped; wave++) {
      const sessions = Array.from({ length: ticketsPerWave }, (_, index) => session(wave, index))
      const run: LoadRun = await runLoad({ apiUrl, tokenFor }, sessions, { copies, arrivals, onProgress: () => {} })
      results.push(...run.results)
      attempts += run.attempts
    }
  }
  const sending = send()
  return {
    results,
    async stop(): Promise<{ attempts: number }> {
      isStopped = true
      await sending
      return { attempts }
    },
  }
}

function session(wave: number, index: number): Session {
  const tenant = `migration-${index % tenants}`
  const name = `wave-${wave}-${index}`
  const word = (shift: number) => Priority.options[(wave + index + shift) % Priority.options.length]
  const requests: PlannedRequest[] = []
  const add = (user: string, role: 'customer' | 'admin', route: string, body: object) =>
    requests.push({
      key: `${name}-${requests.length}`,
      tenant,
      user,
      role,
      method: 'POST',
      path: route.replace('{ticketId}', ticketPlaceholder),
      operation: `POST ${route}`,
      body,
    })
  add('carla', 'customer', '/tickets', { title: name, body: 'Migrated under traffic.', priority: word(0) })
  add('carla', 'customer', '/tickets/{ticketId}/comments', { body: 'Still.' })
  const correction = { corrects: { seq: 1 }, to: { priority: word(1) }, reason: 'mistyped' }
  add('ada', 'admin', '/tickets/{ticketId}/corrections', correction)
  add('carla', 'customer', '/tickets/{ticketId}/comments', { body: 'Thank you.' })
  return { name, requests }
}

/** The last priority of each ticket that was acknowledged to a client. */
export function acknowledgedPriorities(results: readonly RequestResult[]): Map<string, string> {
  const answers = results.flatMap(({ body }) => (body && typeof body.priority === 'string' ? [body] : []))
  return new Map(answers.map(({ id, priority }) => [String(id), String(priority)]))
}
