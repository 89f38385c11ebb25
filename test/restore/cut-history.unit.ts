import { describe, expect, it } from 'vitest'
import { cutHistory, requestsToForget } from '../../app/restore/cut-history.ts'
import { type AggregateRef, aggregateTypes } from '../../domain/ids.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { redriveBlocked } from '../../functions/redrive-blocked/redrive-blocked.ts'
import { requestResumption } from '../../functions/request-resumption/request-resumption.ts'
import { blockCheckpointAt, initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { aggregateOfKey } from '../../tables/keys.ts'
import { Api, admin } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'

const aggregate = 'TENANT#acme#TICKET#T1'

function answered(key: string, createdAt: string, seq?: number) {
  return {
    pk: `TENANT#acme#REQUEST#POST /tickets#${key}`,
    fingerprint: 'f',
    token: 't',
    answer: { status: 200, headers: {}, body: '{}' },
    actor: 'carla',
    aggregate,
    ...(seq !== undefined && { seq }),
    createdAt,
    expiresAt: 2_000_000_000,
  }
}

describe('the request keys of a restore', () => {
  it('lose those whose event was cut, and the answers without an event that may be about what was cut', () => {
    const rows = [
      answered('cut', '2026-03-01T11:59:00.000Z', 2),
      answered('unchanged before', '2026-03-01T11:59:59.000Z'),
      answered('unchanged after', '2026-03-01T12:00:01.000Z'),
    ]
    const history = { kept: new Map(), cut: [], refusals: [] }
    const forgotten = requestsToForget(rows, history, { restoredTo: '2026-03-01T12:00:00.000Z' })
    expect(forgotten.map(({ pk }) => String(pk).split('#').at(-1))).toEqual(['cut', 'unchanged after'])
  })
})

/** A command for each type of aggregate with its version in `Tickets`; it commits an event of it. */
const commands: Record<Exclude<AggregateRef['type'], 'saga'>, (api: Api) => Promise<unknown>> = {
  ticket: (api) => api.openTicket(admin),
  user: (api) => api.call(admin, createUser, { body: { id: 'carla', role: 'customer' } }),
  settings: (api) => api.call(admin, putHold, { params: { dependency: 'mail' }, body: { reason: 'It is down.' } }),
  sla: (api) => api.call(admin, putSlaPolicy, { params: { policyId: 'standard' }, body: slaPolicy() }),
  resumption: (api) => api.call(admin, requestResumption, { body: { filter: {} } }),
  redrive: async (api) => {
    const [block] = (await api.call(admin, listBlockedAggregates)).json.items
    return api.call(admin, redriveBlocked, { params: { blockedId: String(block?.id) } })
  },
}

async function block({ store }: Api, ticketId: string): Promise<void> {
  const checkpoint = initialCheckpoint('project-views', admin.tenant, { type: 'ticket', id: ticketId })
  await store.write(replaceCheckpoint(checkpoint, blockCheckpointAt(checkpoint, 1)))
}

describe('the history that a restore keeps', () => {
  it.each(aggregateTypes.filter((type) => type !== 'saga'))(
    'ends with the version that is stored of a %s',
    async (type) => {
      const api = new Api()
      // Registers the admin, and leaves a block to redrive.
      await block(api, await api.openTicket(admin))
      const rows = async () => ({
        Tickets: await allRows(api.store, 'Tickets'),
        Events: await allRows(api.store, 'Events'),
        Sagas: [],
      })
      const typesOf = (pks: Iterable<unknown>) => [...pks].map((pk) => aggregateOfKey(String(pk))?.aggregate.type)
      const before = await rows()
      await commands[type](api)
      const after = await rows()

      const whole = cutHistory(after)
      expect(whole).toMatchObject({ cut: [], refusals: [] })
      expect(typesOf(whole.kept.keys())).toContain(type)
      const cut = cutHistory({ ...after, Tickets: before.Tickets })
      expect(cut.refusals).toEqual([])
      expect(typesOf(cut.cut.map(({ row }) => row.pk))).toEqual([type])
      expect(cutHistory({ ...after, Events: before.Events }).refusals).toEqual([
        expect.stringContaining(`#${type.toUpperCase()}#`),
      ])
    },
  )
})
