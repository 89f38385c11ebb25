import type { APIGatewayProxyEvent } from 'aws-lambda'
import canonicalize from 'canonicalize'
import type { z } from 'zod'
import type { Actor } from '../../domain/actor.ts'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import type { Decision } from '../../domain/decision.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Role } from '../../domain/user.ts'
import type { RowRead } from '../../tables/keys.ts'
import { retentionHours } from '../../tables/request-keys.ts'
import type { Snapshot } from '../../tables/snapshot.ts'
import type { CommandResult } from '../command.ts'
import { executeCommand } from '../execute-command.ts'
import { type HttpFunctionName, route } from '../functions.ts'
import { authorize } from './authorize.ts'
import type { Endpoint, EndpointDeps, Handled, RequestContext, Success } from './endpoint.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { expectedVersions } from './if-match.ts'
import { Problem } from './problem.ts'
import { toProblem } from './refusal-problems.ts'
import { emptyObject, parseJsonBody, parsePathParams, parseQueryParams, validate } from './request.ts'
import type { ApiResponse } from './response.ts'

/** What distinguishes one command of the API from another: its schemas, the rows it reads, its decision, its response. */
export interface WriteDefinition<
  Params extends z.ZodObject,
  Body extends z.ZodObject,
  Reads extends Record<string, RowRead<unknown>>,
  Result,
> {
  summary: string
  roles: readonly Role[]
  params?: Params
  body?: Body
  aggregate(input: Input<Params, Body>, by: Actor): AggregateRef
  /** The rows that the decision depends on. The row named like the aggregate's type is its root. */
  reads(tenant: string, input: Input<Params, Body>, by: Actor): Reads
  /** The first of the root's events that the decision depends on, where it depends on any. */
  eventsFrom?(input: Input<Params, Body>): number
  decide(
    state: Snapshot<Reads>,
    command: Input<Params, Body> & CommandMetadata,
    events: readonly DomainEvent[],
  ): Decision<Result>
  /** `path` is the path of this request, stage included: the base of a `Location`. `by` gets the response, and its replays. */
  respond(result: Result, request: { path: string; by: Actor }): ApiResponse
  success: Success
}

type Input<Params extends z.ZodObject, Body extends z.ZodObject> = z.output<Params> &
  z.output<Body> & { ids: CommandMetadata['ids'] }

/** Builds an endpoint that executes a command once per Idempotency-Key. */
export function writeEndpoint<
  Reads extends Record<string, RowRead<unknown>>,
  Result,
  Params extends z.ZodObject = typeof emptyObject,
  Body extends z.ZodObject = typeof emptyObject,
>(name: HttpFunctionName, definition: WriteDefinition<Params, Body, Reads, Result>): Endpoint {
  const operation = route(name)
  const { summary, roles, params, body, success } = definition

  async function handle(
    event: APIGatewayProxyEvent,
    { correlationId, traceparent, receivedAt }: RequestContext,
    deps: EndpointDeps,
  ) {
    const { tenant, actor } = await authorize(event, deps, roles)
    const { store, runtime } = deps
    const key = { tenant, operation, key: idempotencyKey(event) }
    const versions = expectedVersions(event)
    const payload = parseJsonBody(event, { required: body !== undefined })
    const parsedBody = validate(body ?? emptyObject, payload)
    const parsedParams = params ? parsePathParams(event, params) : {}
    parseQueryParams(event) // a write takes none: a `?dryRun=true` must not be ignored and take effect
    const ids = { target: runtime.newId(), message: runtime.newId() }
    const input = { ...parsedBody, ...parsedParams, ids } as Input<Params, Body>
    const result = await executeCommand(store, runtime, {
      tenant,
      actor,
      key,
      fingerprint: fingerprint(operation, parsedParams, actor.id, payload),
      correlationId,
      traceparent,
      receivedAt,
      aggregate: definition.aggregate(input, actor),
      reads: definition.reads(tenant, input, actor),
      expectedVersions: versions,
      ids,
      eventsFrom: definition.eventsFrom?.(input),
      decide: (state, by, events) => definition.decide(state, { ...input, ...by }, events),
      toResponse: (decided) =>
        definition.respond(decided, { path: event.requestContext.path.replace(/\/$/, ''), by: actor }),
    })
    return responseOrProblem(result)
  }

  return { operation, summary, roles, params, body, success, handle }
}

/**
 * Identifies a request by operation, path, actor and payload. The path counts by its parsed parameters, as a gateway may pass it on
 * in another spelling (percent-encoding, a custom domain's base path, a trailing slash); the payload counts in its canonical form
 * (RFC 8785).
 */
export function fingerprint(operation: string, params: object, actor: string, payload: unknown): string {
  return sha256Hex(JSON.stringify([operation, canonicalize(params), actor, canonicalize(payload)]))
}

function responseOrProblem(result: CommandResult): Handled {
  switch (result.status) {
    case 'succeeded': {
      const { status: _, response, ...how } = result
      return { ...response, ...how }
    }
    case 'refused':
      throw toProblem(result.refusal)
    case 'keyReused':
      throw new Problem(
        'idempotency-key-reused',
        `This key was used for a request with another payload, path or user. Keys are kept for ${retentionHours} hours: send a new one.`,
      )
    case 'conflicted':
      throw new Problem(
        'write-conflict',
        'Other requests kept changing the same resource. Repeat the request with the same key.',
        { headers: { 'Retry-After': '1' } },
      )
    case 'unknown':
      throw new Problem(
        'outcome-unknown',
        'The database did not confirm the write. Repeating the request with the same key is safe and returns its outcome.',
        { headers: { 'Retry-After': '1' } },
      )
    default:
      return result satisfies never
  }
}
