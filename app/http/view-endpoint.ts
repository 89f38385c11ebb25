import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'
import type { Role } from '../../domain/user.ts'
import type { ViewCatalog, ViewName } from '../../domain/view-catalog.ts'
import type { Store } from '../../tables/store.ts'
import type { HttpFunctionName } from '../functions.ts'
import { readCatalog } from '../views/catalog.ts'
import { findStaleness, liveGeneration, reflectedWithinMs, waitUntilReflected } from '../views/view-reader.ts'
import type { Caller } from './authenticate.ts'
import type { Endpoint, EndpointDeps } from './endpoint.ts'
import { Problem } from './problem.ts'
import { readEndpoint } from './read-endpoint.ts'
import { invalidMember } from './request.ts'
import { jsonResponse } from './response.ts'
import { readVisibleTicket } from './visible-ticket.ts'

/** An entity tag is a version, and only together with its ticket names a write. */
const EntityTag = z
  .string()
  .regex(/^("?)[1-9]\d{0,14}\1$/, 'must be an ETag of a ticket, such as "3"')
  .meta({
    description:
      `The ETag that a write of a ticket was answered with: the answer reflects that write. Waits for it up to ${reflectedWithinMs / 1000} seconds; then, and at ` +
      'once when it cannot come, 503 `view-behind`. Needs `ticket`.',
    example: '"3"',
  })

const consistency = {
  consistentWith: EntityTag.optional(),
  ticket: ResourceId.optional().meta({ description: 'The ticket that was written. Only with `consistentWith`.' }),
}

/** An operator has to act first. */
const stuckRetrySeconds = 60

/** What distinguishes one endpoint that answers from a read model from another. */
interface ViewDefinition<Shape extends z.ZodRawShape> {
  summary: string
  roles: readonly Role[]
  view: ViewName
  /** The members of the query, besides those that every read model has. */
  query?: Shape
  /** Returns the body, and the number of events that it reflects, from this generation. */
  respond(
    request: z.output<z.ZodObject<Shape>> & { caller: Caller; catalog: ViewCatalog; generation: number },
    store: Store,
    deps: EndpointDeps,
  ): Promise<{ body: unknown; viewSequence: number }>
  schema: z.ZodType
}

/**
 * Builds an endpoint that answers from the live generation of a read model: it can wait for a write, and says when it is known to be stale.
 */
// biome-ignore lint/complexity/noBannedTypes: no members.
export function viewEndpoint<Shape extends z.ZodRawShape = {}>(
  name: HttpFunctionName,
  { summary, roles, view, query, respond, schema }: ViewDefinition<Shape>,
): Endpoint {
  return readEndpoint(name, {
    summary,
    roles,
    query: z.strictObject({ ...query, ...consistency }),
    async respond(request, store, deps) {
      const { caller, consistentWith, ticket } = request as Consistency & { caller: Caller }
      await waitFor({ consistentWith, ticket }, { caller, view, store, deps })
      // Anew: another generation may be live since, and it reflects as much.
      const { catalog } = await readCatalog(store)
      const generation = liveGeneration(catalog, view)
      // First what may be missing, then the answer, which may have it by then.
      const staleness = await findStaleness(store, caller, generation, catalog)
      const asked = request as z.output<z.ZodObject<Shape>> & { caller: Caller }
      const read = { ...asked, catalog, generation: generation.generation }
      const { body, viewSequence } = await respond(read, store, deps)
      return jsonResponse(body, { viewSequence, staleness })
    },
    success: { status: 200, schema, isView: true },
  })
}

interface Consistency {
  consistentWith?: string | undefined
  ticket?: string | undefined
}

/**
 * Throws `invalid-request` when no such write can have been answered, and `view-behind` when the generation does not reflect it in time.
 */
async function waitFor(
  { consistentWith, ticket }: Consistency,
  { caller, view, store, deps }: { caller: Caller; view: ViewName; store: Store; deps: EndpointDeps },
): Promise<void> {
  if (consistentWith === undefined && ticket === undefined) return
  if (consistentWith === undefined)
    throw invalidMember(
      '/consistentWith',
      'is missing: `ticket` only says which ticket the ETag in `consistentWith` is of',
    )
  if (ticket === undefined)
    throw invalidMember(
      '/ticket',
      'is missing: an ETag is a version, so `consistentWith` needs the id of the ticket too',
    )
  const seq = Number(consistentWith.replaceAll('"', ''))
  const { version } = await readVisibleTicket(store, caller, ticket)
  if (seq > version) throw invalidMember('/consistentWith', `is no ETag of this ticket, which is at version ${version}`)
  const { tenant } = caller
  const { catalog } = await readCatalog(store)
  const generation = liveGeneration(catalog, view)
  const reflection = await waitUntilReflected({ store, runtime: deps.runtime }, generation, {
    tenant,
    ticketId: ticket,
    seq,
  })
  if (reflection === 'reflected') return
  const [why, retryAfterSeconds] =
    reflection === 'late'
      ? [`after ${reflectedWithinMs / 1000} seconds`, 1]
      : ['and will not before an operator has repaired it', stuckRetrySeconds]
  throw new Problem(
    'view-behind',
    `The read model ${view} does not reflect version ${seq} of the ticket yet, ${why}.`,
    {
      headers: { 'Retry-After': String(retryAfterSeconds) },
    },
  )
}
