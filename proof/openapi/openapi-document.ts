import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi'
import type { Endpoint, Success } from '../../app/http/endpoint.ts'
import { ProblemBody, type ProblemSlug, problems } from '../../app/http/problem.ts'
import { retentionHours } from '../../tables/request-keys.ts'
import { requestHeaders, responseHeaders } from './headers.ts'

/** The OpenAPI 3.1 document of these endpoints. */
export function openApiDocument(endpoints: readonly Endpoint[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const endpoint of endpoints) {
    const [method = '', path = ''] = endpoint.operation.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(endpoint, method, path) }
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Steadfast', version: '1.0.0', description: apiDescription },
      // The document is served beside what it describes.
      servers: [{ url: '.' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'A JWT with `iss`, `aud`, `exp`, `sub`, `tenant` and `role` (`customer`, `agent` or `admin`).',
          },
        },
      },
      paths,
    },
    {
      override: ({ jsonSchema }) => {
        // `format` is enough: the pattern that zod adds is longer than the rest of the schema.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
        // A format that only zod knows; the pattern says the same.
        if (jsonSchema.format === 'starts_with') delete jsonSchema.format
      },
    },
  )
}

const apiDescription = [
  'Support tickets for tenants that are isolated from each other.',
  'Every POST, PUT and DELETE requires an Idempotency-Key and takes effect once:',
  `repeated within ${retentionHours} hours, it gets the first response,`,
  'byte for byte, with `Idempotent-Replayed: true`.',
  'Errors are `application/problem+json` (RFC 9457) with a stable `type`; `retryable` says whether repeating the same request with',
  'the same key may succeed.',
].join(' ')

function operation(endpoint: Endpoint, method: string, path: string): ZodOpenApiOperationObject {
  const { summary, roles, params, query, body, success } = endpoint
  const writes = method !== 'GET'
  const content = { 'application/json': { schema: success.schema ?? { type: 'object' as const } } }
  return {
    operationId: operationId(method, path),
    summary,
    ...(roles === 'anyone' ? { security: [] } : { description: `Roles: ${roles.join(', ')}.` }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      header: writes ? requestHeaders.write : requestHeaders.read,
    },
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...successResponses(success, writes, content),
      ...problemResponses(endpoint, writes),
    },
  }
}

function successResponses(
  { status, alsoStatus, isView = false }: Success,
  writes: boolean,
  content: NonNullable<ZodOpenApiResponseObject['content']>,
) {
  const statuses = alsoStatus === undefined ? [status] : [status, alsoStatus]
  const description = writes
    ? 'The change took effect, now or by an earlier request with the same key.'
    : 'The requested resource.'
  return Object.fromEntries(
    statuses.map((code) => [
      String(code) as '200',
      {
        description,
        headers: responseHeaders({ writes, created: code === 201 || code === 202, view: isView }),
        content,
      },
    ]),
  )
}

/** `POST /tickets/{ticketId}/comments` as `postTicketsTicketIdComments`: unique, and stable as long as the route is. */
function operationId(method: string, path: string): string {
  const words = path.match(/[A-Za-z]+/g) ?? []
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

/** The problems of an endpoint, by status. Reads have fewer than writes, public endpoints only server errors. */
function problemResponses({ roles, params, query }: Endpoint, writes: boolean) {
  const possible = [...problemsByStatus].filter(([status]) => {
    if (roles === 'anyone') return status >= 500
    if (writes) return true
    if (status === 400) return query !== undefined
    if (status === 404) return params !== undefined
    return readStatuses.has(status)
  })
  return Object.fromEntries(possible.map(([status, response]) => [String(status), response]))
}

const readStatuses = new Set([401, 403, 422, 429, 500, 503])

/** One response per status; its description lists the problems with that status. */
const problemsByStatus = new Map(
  [...Map.groupBy(Object.keys(problems) as ProblemSlug[], (slug) => problems[slug][0])].map(([status, slugs]) => [
    status,
    {
      id: `Problem${status}`,
      description: slugs.map((slug) => `\`${slug}\`: ${problems[slug][1]}.`).join(' '),
      headers: responseHeaders({ problem: true, versionMismatch: status === problems['version-mismatch'][0] }),
      content: { 'application/problem+json': { schema: ProblemBody } },
    } satisfies ZodOpenApiResponseObject,
  ]),
)
