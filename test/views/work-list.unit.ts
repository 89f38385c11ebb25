import { describe, expect, it } from 'vitest'
import { fillGeneration, switchView } from '../../app/views/rebuild-view.ts'
import type { Priority } from '../../domain/ticket.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { getWorkList } from '../../functions/get-work-list/get-work-list.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { admin, agent, customer, otherAgent, stranger } from '../fixtures/api.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'
import type { Person } from '../fixtures/tokens.ts'
import { ProjectedApi } from './projected-api.ts'

class WorkingApi extends ProjectedApi {
  async openWith(priority: Priority): Promise<string> {
    this.runtime.advance(60_000)
    const { json } = await this.call(customer, createTicket, { body: { title: priority, body: 'text', priority } })
    return json.id
  }

  async assign(...ticketIds: string[]): Promise<void> {
    await this.call(admin, createUser, { body: { id: agent.id, role: 'agent' } })
    for (const ticketId of ticketIds) await this.change(assignTicket, ticketId, { userId: agent.id })
  }

  async to(ticketId: string, ...statuses: string[]): Promise<void> {
    for (const to of statuses) await this.change(changeStatus, ticketId, { to, reason: 'because' })
  }

  async list(query: Record<string, string> = {}, person: Person = agent) {
    const { status, json, headers } = await this.call(person, getWorkList, { query })
    expect(status).toBe(200)
    return { json, headers, items: json.items, ids: json.items.map(({ id }) => id) }
  }
}

describe('the work list', () => {
  it('has the most urgent ticket first, and of equally urgent ones the oldest', async () => {
    const api = new WorkingApi()
    const low = await api.openWith('low')
    const normal = await api.openWith('normal')
    const urgent = await api.openWith('urgent')
    const high = await api.openWith('high')
    const laterUrgent = await api.openWith('urgent')
    await api.project()
    const { ids, items, json, headers } = await api.list()
    expect(ids).toEqual([urgent, laterUrgent, high, normal, low])
    expect(items[0]).toMatchObject({ title: 'urgent', status: 'open', requester: 'carla', assignee: null })
    expect([typeof json.asOf, headers['X-View-Sequence']]).toEqual(['string', '5'])
  })

  it('says how much time the SLA leaves, as the clock says when it is read', async () => {
    const api = new WorkingApi()
    // A Sunday: the hour of the first answer begins on Monday at nine in Berlin.
    const ticketId = await api.openWith('urgent')
    await api.project()
    const slaOf = async () => (await api.list()).items[0]?.sla as Record<string, object> | null
    expect(await slaOf()).toBeNull()
    await api.call(admin, putSlaPolicy, { params: { policyId: 'gold' }, body: slaPolicy() })
    const dueAt = '2026-03-02T08:15:00.000Z'
    expect((await slaOf())?.firstAnswer).toEqual({ state: 'pending', dueAt, leftMs: 15 * 60_000 })
    api.runtime.advance(Date.parse('2026-03-02T08:20:00Z') - api.runtime.now())
    expect((await slaOf())?.firstAnswer).toEqual({ state: 'missed', dueAt, leftMs: -5 * 60_000 })
    await api.change(addComment, ticketId, { body: 'On our way.' })
    await api.project()
    expect((await slaOf())?.firstAnswer).toEqual({ state: 'missed', dueAt, leftMs: null })
    expect((await slaOf())?.resolution).toMatchObject({ state: 'pending', leftMs: 940 * 60_000 })
  })

  it('follows status, assignee and a corrected priority, and has no ticket that is resolved or closed', async () => {
    const api = new WorkingApi()
    const [first, second] = [await api.openWith('normal'), await api.openWith('normal')]
    await api.assign(second)
    await api.to(first, 'in_progress')
    await api.project()
    expect((await api.list()).items).toMatchObject([
      { id: first, status: 'in_progress', assignee: null },
      { id: second, status: 'open', assignee: agent.id },
    ])
    const correction = { corrects: { seq: 1 }, to: { priority: 'urgent' }, reason: 'mistyped' }
    const { status } = await api.call(admin, correctTicket, { params: { ticketId: second }, body: correction })
    expect(status).toBe(200)
    await api.project()
    expect((await api.list()).items).toMatchObject([{ id: second, priority: 'urgent' }, { id: first }])
    await api.to(second, 'resolved')
    await api.project()
    expect((await api.list()).ids).toEqual([first])
    await api.to(second, 'closed', 'open')
    await api.to(first, 'resolved', 'closed')
    await api.project()
    expect((await api.list()).items).toMatchObject([{ id: second, status: 'open', assignee: agent.id }])
    expect(await api.violations()).toEqual([])
  })

  it('shows page after page, and only the tickets of one assignee when asked', async () => {
    const api = new WorkingApi()
    const ids: string[] = []
    for (const priority of ['normal', 'urgent', 'normal', 'low', 'normal'] as const)
      ids.push(await api.openWith(priority))
    await api.assign(...ids.slice(0, 3))
    await api.project()
    const pages: string[][] = []
    let cursor: unknown
    do {
      const { json, ids } = await api.list({ limit: '2', ...(typeof cursor === 'string' && { cursor }) })
      pages.push(ids as string[])
      cursor = json.nextCursor
    } while (cursor !== undefined)
    expect(pages).toEqual([[ids[1], ids[0]], [ids[2], ids[4]], [ids[3]]])
    expect((await api.list({ assignee: agent.id })).ids).toEqual([ids[1], ids[0], ids[2]])
    expect((await api.list({ assignee: otherAgent.id })).ids).toEqual([])
  })

  it('is for agents and admins, each of their own tenant', async () => {
    const api = new WorkingApi()
    await api.openWith('normal')
    await api.project()
    expect((await api.call(customer, getWorkList, {})).status).toBe(403)
    expect((await api.list({}, stranger)).ids).toEqual([])
  })

  it('is the same when every event is delivered again, and equals its rebuild', async () => {
    const api = new WorkingApi()
    const [open, closed] = [await api.openWith('high'), await api.openWith('low')]
    await api.change(addComment, open, { body: 'first answer' })
    await api.change(addComment, open, { body: 'another one' })
    await api.to(closed, 'resolved', 'closed')
    await api.project()
    const before = await api.list()
    await api.project()
    expect((await api.list()).json).toEqual(before.json)
    const { generation } = await fillGeneration(api.deps(), 'work-list')
    expect(await api.violations()).toEqual([])
    await switchView(api.deps(), { view: 'work-list', generation })
    expect((await api.list()).items).toEqual(before.items)
  })
})
