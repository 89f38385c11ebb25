import type { Actor } from '../../domain/actor.ts'
import type { Runtime } from '../../domain/runtime.ts'
import {
  generationsOf,
  isCountedByCheckpoint,
  isIncomplete,
  type ViewCatalog,
  type ViewGeneration,
  type ViewName,
} from '../../domain/view-catalog.ts'
import { blockedQuery, type Checkpoint, checkpointRow, parseCheckpoint } from '../../tables/checkpoints.ts'
import { type Projections, projectionsRow } from '../../tables/projections.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { readSnapshot } from '../../tables/snapshot.ts'
import type { Store } from '../../tables/store.ts'
import { parseTicket, ticketsQuery } from '../../tables/tickets.ts'
import { statsQuery } from '../../tables/views.ts'
import { projectViewsName } from '../consumers/project-views.ts'
import { projectedSeq } from './generations.ts'

/** The answer to a write must not wait for a view longer than a person would. */
export const reflectedWithinMs = 3_000

/**
 * Whether a generation reflects an event of a ticket: `reflected`; `late`, where it had not after {@link reflectedWithinMs};
 * `stuck`, where it will not until an operator acts, because an earlier event blocks the ticket, or because the generation
 * lacks a part of the ticket's past.
 */
export type Reflection = 'reflected' | 'late' | 'stuck'

/** Waits until a generation reflects event `seq` of a ticket, but not longer than {@link reflectedWithinMs}. */
export async function waitUntilReflected(
  { store, runtime }: { store: Store; runtime: Runtime },
  generation: ViewGeneration,
  { tenant, ticketId, seq }: { tenant: string; ticketId: string; seq: number },
): Promise<Reflection> {
  const retries = new Retries(runtime, runtime.now() + reflectedWithinMs)
  const aggregate = { type: 'ticket', id: ticketId } as const
  const reads = {
    checkpoint: checkpointRow(projectViewsName, tenant, aggregate),
    projections: projectionsRow(tenant, aggregate),
  }
  do {
    // Not by plain reads: these can see the checkpoint of a projection whose other rows are still as before.
    const snapshot = await readSnapshot(store, retries, reads)
    if (snapshot.status !== 'read') break
    const { projected, applied, isBlocked } = positionIn(generation, snapshot.rows)
    if (projected >= seq) return 'reflected'
    if (isBlocked || applied >= seq) return 'stuck'
  } while (await retries.next())
  return 'late'
}

/**
 * Why a read model may say too little: `incomplete`, it is new and lacks events of before it; `blocked`, an event of a ticket can't be
 * applied; `behind`, the newest ticket is not in it as it is now, which in a healthy system is so for moments. Reads three rows, whatever
 * is stored. A change of an older ticket that is on its way is not noticed: a caller that needs to know of one waits for it. Customers are
 * told of their own tickets only.
 */
export type Staleness = 'incomplete' | 'blocked' | 'behind'

export async function findStaleness(
  store: Store,
  { tenant, actor }: { tenant: string; actor: Actor },
  generation: ViewGeneration,
  catalog: ViewCatalog,
): Promise<Staleness[]> {
  const requester = actor.role === 'customer' ? actor.id : undefined
  const [incomplete, blocked, behind] = await Promise.all([
    catalog[generation.view] ? isIncomplete(catalog, generation) : hasPast(store, tenant, generation, catalog),
    requester === undefined && hasBlocked(store, tenant),
    isBehind(store, tenant, generation, requester),
  ])
  const found: [Staleness, boolean][] = [
    ['incomplete', incomplete],
    ['blocked', blocked],
    ['behind', behind],
  ]
  return found.flatMap(([why, isSo]) => (isSo ? why : []))
}

export function liveGeneration(catalog: ViewCatalog, view: ViewName): ViewGeneration {
  return { view, generation: generationsOf(catalog, view).live }
}

/** Nothing was projected since the view exists: it lacks what the counts know, if anything. */
async function hasPast(
  store: Store,
  tenant: string,
  generation: ViewGeneration,
  catalog: ViewCatalog,
): Promise<boolean> {
  if (isCountedByCheckpoint(generation)) return false
  const rows = await queryRows(store, { ...statsQuery(tenant, generationsOf(catalog, 'stats').live), limit: 1 }, 1)
  return rows.length > 0
}

async function hasBlocked(store: Store, tenant: string): Promise<boolean> {
  const rows = await queryRows(store, blockedQuery(tenant, projectViewsName), 1)
  return rows.map(parseCheckpoint).some(({ blockedAt }) => blockedAt !== undefined)
}

async function isBehind(
  store: Store,
  tenant: string,
  generation: ViewGeneration,
  requester: string | undefined,
): Promise<boolean> {
  const filter = requester === undefined ? undefined : ({ by: 'requester', value: requester } as const)
  const [row] = await queryRows(store, { ...ticketsQuery(tenant, filter), limit: 1 }, 1)
  if (!row) return false
  const { id: ticketId, version } = parseTicket(row)
  const { projected } = await positionOf(store, generation, { tenant, ticketId })
  return projected < version
}

/** The position as plain reads show it, which is enough for a remark beside an answer. */
async function positionOf(
  store: Store,
  generation: ViewGeneration,
  { tenant, ticketId }: { tenant: string; ticketId: string },
): Promise<Position> {
  const aggregate = { type: 'ticket', id: ticketId } as const
  // The checkpoint first: what is read after it shows at least as much.
  const checkpoint = await readRow(store, checkpointRow(projectViewsName, tenant, aggregate))
  const isSeparate = !isCountedByCheckpoint(generation)
  const projections = isSeparate ? await readRow(store, projectionsRow(tenant, aggregate)) : undefined
  return positionIn(generation, { checkpoint, projections })
}

/** How far the generation is with one ticket, how far the consumer is, and whether an event blocks it. */
interface Position {
  projected: number
  applied: number
  isBlocked: boolean
}

function positionIn(
  generation: ViewGeneration,
  { checkpoint, projections }: { checkpoint: Checkpoint | undefined; projections: Projections | undefined },
): Position {
  const applied = checkpoint?.appliedSeq ?? 0
  const projected = projectedSeq(generation, projections ?? { seqs: {} }, applied)
  return { projected, applied, isBlocked: checkpoint?.blockedAt !== undefined }
}
