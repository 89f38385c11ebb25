import type { APIGatewayProxyEvent } from 'aws-lambda'
import canonicalize from 'canonicalize'
import type { z } from 'zod'
import type { Actor } from '../../domain/actor.ts'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import type { Decision } from '../../domain/decision.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { Role } from '../../domain/user.ts'
import { type RowRead, sha256 } from '../../tables/keys.ts'
import { keptHours } from '../../tables/request-keys.ts'
import type { Snapshot } from '../../tables/snapshot.ts'
import { type CommandResult, executeCommand } from '../execute-command.ts'
import { type HttpFunctionName, route } from '../functions.ts'
import type { Answer } from './answer.ts'
import { authorized } from './authorize.ts'
import type { Endpoint, EndpointDeps, RequestContext, Success } from './endpoint.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { expectedVersions } from './if-match.ts'
import { Problem, problemOf } from './problem.ts'
import { jsonBody, nothing, pathParams, queryParams, valid } from './request.ts'

/** One command of the API: a schema, what it reads, a decision, an answer. Everything else is the same for all. */
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
  /** The rows that the decision rests on, in one snapshot; the one named like the aggregate's type is its root. */
  reads(tenant: string, input: Input<Params, Body>, by: Actor): Reads
  decide(state: Snapshot<Reads>, command: Input<Params, Body> & CommandMetadata): Decision<Result>
  /** `path` is the request's own, stage included: what `Location` is built on. */
  answer(result: Result, request: { path: string }): Answer
  success: Success
}

type Input<Params extends z.ZodObject, Body extends z.ZodObject> = z.output<Params> &
  z.output<Body> & { ids: CommandMetadata['ids'] }

/** Makes a command an endpoint that takes effect once per Idempotency-Key. */
export function write<
  Reads extends Record<string, RowRead<unknown>>,
  Result,
  Params extends z.ZodObject = typeof nothing,
  Body extends z.ZodObject = typeof nothing,
>(name: HttpFunctionName, definition: WriteDefinition<Params, Body, Reads, Result>): Endpoint {
  // Also the scope of its Idempotency-Keys.
  const operation = route(name)
  const { summary, roles, params, body, success } = definition

  async function handle(
    event: APIGatewayProxyEvent,
    { correlationId, receivedAt }: RequestContext,
    deps: EndpointDeps,
  ) {
    const { tenant, actor } = await authorized(event, deps, roles)
    const key = { tenant, operation, key: idempotencyKey(event) }
    const expected = expectedVersions(event)
    const payload = jsonBody(event, { needed: body !== undefined })
    const parsedBody = body ? valid(body, payload) : valid(nothing, payload)
    const parsedParams = params ? pathParams(event, params) : {}
    queryParams(event) // there are none: a `?dryRun=true` must not be ignored and take effect
    const ids = { target: deps.runtime.newId(), message: deps.runtime.newId() }
    const input = { ...parsedBody, ...parsedParams, ids } as Input<Params, Body>
    const result = await executeCommand(deps.store, deps.runtime, {
      tenant,
      actor,
      key,
      fingerprint: fingerprint(operation, parsedParams, actor.id, payload),
      correlationId,
      occurredAt: receivedAt,
      aggregate: definition.aggregate(input, actor),
      reads: definition.reads(tenant, input, actor),
      expectedVersions: expected,
      ids,
      decide: (state, by) => definition.decide(state, { ...input, ...by }),
      answer: (decided) => definition.answer(decided, { path: event.requestContext.path.replace(/\/$/, '') }),
    })
    return answerOf(result)
  }

  return { operation, summary, roles, params, body, success, handle }
}

/**
 * What makes two requests the same: path, actor and payload. The path is spelled by its parameters, as a gateway may pass on other
 * spellings (percent-encoding, a custom domain's base path, a slash at the end), and the payload by RFC 8785.
 */
function fingerprint(operation: string, params: object, actor: string, payload: unknown): string {
  return sha256(JSON.stringify([operation, canonicalize(params), actor, canonicalize(payload)]))
}

function answerOf(result: CommandResult): Answer & { replayed: boolean } {
  switch (result.status) {
    case 'answered':
      return { ...result.answer, replayed: result.replayed }
    case 'refused':
      throw problemOf(result.refusal)
    case 'keyReused':
      throw new Problem(
        'idempotency-key-reused',
        `This key belongs to another request (payload, path or user differ). Keys last ${keptHours} hours: send a fresh one.`,
      )
    case 'conflicted':
      throw new Problem(
        'write-conflict',
        'Others kept writing to the same thing. Repeat the request with the same key.',
        {
          headers: { 'Retry-After': '1' },
        },
      )
    case 'unknown':
      throw new Problem(
        'outcome-unknown',
        'The database did not say whether this took effect. Repeating it with the same key is safe, and tells.',
        { headers: { 'Retry-After': '1' } },
      )
    default:
      return result satisfies never
  }
}
