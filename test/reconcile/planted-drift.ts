import type { DriftKind } from '../../app/reconcile/drift.ts'
import type { Row } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import type { ReconciledSystem } from './reconciled-system.ts'

/** A kind of drift, as a test plants it. */
export interface Drift {
  kind: DriftKind
  plant(system: ReconciledSystem): Promise<void>
  problem: RegExp
  outcome: 'healed' | 'handed over'
  /** Whether stored data says since when. */
  isDated: boolean
}

/** Acme's open ticket, which is assigned. */
export const openTicket = (system: ReconciledSystem) =>
  system.row('Tickets', { sk: 'HEADER', tenant: 'acme', status: 'open' })

/** Deactivates the assignee as an index that lags hides it: the consumer has applied both events, and the ticket stays assigned. */
export async function deactivateUnseen(system: ReconciledSystem): Promise<void> {
  const { assignee } = await openTicket(system)
  const user = await system.row('Tickets', { sk: 'USER', id: assignee })
  await system.tamper('Tickets', user, { status: 'deactivated' })
}

/** One of each kind, in each form, by what it is. */
export const drifts: Record<string, Drift> = {
  'a header that differs from its events': {
    kind: 'facts',
    plant: async (system) => system.tamper('Tickets', await openTicket(system), { priority: 'urgent' }),
    problem: /differs from the fold of its events in "priority"/,
    outcome: 'handed over',
    isDated: true,
  },
  'a user without the event of its version': {
    kind: 'facts',
    plant: async (system) =>
      system.tamper('Tickets', await system.row('Tickets', { sk: 'USER', id: 'bob' }), { version: 7 }),
    problem: /is at version 7, but has no event 7/,
    outcome: 'handed over',
    isDated: false,
  },
  'a consumer that lacks events': {
    kind: 'checkpoints',
    async plant(system) {
      const { pk } = await openTicket(system)
      await system.tamper('Receipts', { pk, sk: 'CONSUMER#unassign-tickets' }, { appliedSeq: 2 })
    },
    problem: /has applied 2 of \d+ events/,
    outcome: 'healed',
    isDated: true,
  },
  'a consumer that claims too much': {
    kind: 'checkpoints',
    async plant(system) {
      const { pk } = await openTicket(system)
      await system.tamper('Receipts', { pk, sk: 'CONSUMER#unassign-tickets' }, { appliedSeq: 99 })
    },
    problem: /claims to have applied 99 events/,
    outcome: 'handed over',
    isDated: false,
  },
  'a read model that lacks applied events': {
    kind: 'views',
    async plant(system) {
      const isOfStats = ({ pk, sk }: Row) => pk === 'CATALOG' || String(sk).startsWith('SHARD#')
      for (const row of (await allRows(system.store, 'Views')).filter((row) => !isOfStats(row)))
        await system.store.write({ kind: 'delete', table: 'Views', key: keyOf(row) })
    },
    problem: /reflects 0 of \d+ applied events/,
    outcome: 'healed',
    isDated: false,
  },
  'an event whose saga was never started': {
    kind: 'sagas',
    async plant(system) {
      const saga = await system.row('Sagas', { name: 'notification', state: 'completed' })
      await system.store.write({ kind: 'delete', table: 'Sagas', key: keyOf(saga) })
    },
    problem: /does not exist, although event \d+ of .* needs a notification saga/,
    outcome: 'healed',
    isDated: true,
  },
  'a saga that waits for an operator': {
    kind: 'sagas',
    async plant(system) {
      const saga = await system.row('Sagas', { name: 'notification', state: 'completed' })
      const parking = { id: 'p1', reason: 'mail is down', since: '2026-03-01T10:00:00.000Z' }
      const live = { state: 'parked', parking, livePk: 'TENANT#acme#LIVE' }
      await system.tamper('Sagas', saga, live, ['endedAt'])
    },
    problem: /is parked, and waits for an operator/,
    outcome: 'handed over',
    isDated: true,
  },
  'a file without its object': {
    kind: 'objects',
    plant: async (system) => system.sizes.clear(),
    problem: /is ready, but its object does not exist/,
    outcome: 'handed over',
    isDated: true,
  },
  "a tenant's counter that does not add up": {
    kind: 'quotas',
    plant: async (system) => system.tamper('Quotas', await system.row('Quotas', { sk: 'BYTES' }), { usedBytes: 5_000 }),
    problem: /counts 5000 bytes, but the attachments hold \d+ bytes/,
    outcome: 'healed',
    isDated: false,
  },
  "a person's counter that does not add up": {
    kind: 'quotas',
    plant: async (system) =>
      system.tamper('Quotas', await system.row('Quotas', { sk: 'USER#agnes' }), { openUploads: 4 }),
    problem: /counts 4 uploads and \d+ bytes, but the attachments hold 0 uploads/,
    outcome: 'healed',
    isDated: false,
  },
  'an open ticket of a deactivated user': {
    kind: 'assignments',
    plant: deactivateUnseen,
    problem: /is open, and assigned to a user who is deactivated/,
    outcome: 'healed',
    isDated: true,
  },
}

function keyOf({ pk, sk }: Row) {
  return { pk: String(pk), sk: String(sk) }
}
