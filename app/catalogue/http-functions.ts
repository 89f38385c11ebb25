import { type Access, commitAccess, readAndChanged } from './access.ts'

export interface HttpFunction {
  /** Method and path template in the REST API. */
  route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
  access: Access
}

const commitAndDelete = { ...commitAccess, Tickets: [...commitAccess.Tickets, 'DeleteItem'] } as const satisfies Access

/** Each request takes part in the limit per tenant (app/http/tenant-limit.ts). */
const limited = { RateLimits: ['UpdateItem'] } as const satisfies Access

/** Every read also gets its caller's user, who must not be deactivated (app/http/active-caller.ts). */
function read(access: Access): Access {
  return { ...access, ...limited, Tickets: [...new Set([...(access.Tickets ?? []), 'GetItem' as const])] }
}

/** Every answer from a read model can wait for a write, and finds out whether it is stale (app/views/view-reader.ts). */
const readView = {
  ...limited,
  Views: ['GetItem', 'Query'],
  Receipts: ['GetItem', 'Query blocked'],
  Tickets: ['GetItem', 'Query byTenant'],
} as const satisfies Access

function write(access: Access): Access {
  return { ...access, ...limited }
}

/** Functions that the REST API calls, in the order of its resources. Their code is in `functions/<name>/`. */
export const httpFunctions = {
  // Tickets
  'create-ticket': { route: 'POST /tickets', access: write(commitAccess) },
  'list-tickets': {
    route: 'GET /tickets',
    access: read({ Tickets: ['Query byTenant', 'Query byStatus', 'Query byAssignee', 'Query byRequester'] }),
  },
  'get-ticket': { route: 'GET /tickets/{ticketId}', access: read({ Tickets: ['GetItem'] }) },
  'list-events': { route: 'GET /tickets/{ticketId}/events', access: read({ Tickets: ['GetItem'], Events: ['Query'] }) },
  'add-comment': { route: 'POST /tickets/{ticketId}/comments', access: write(commitAccess) },
  'list-comments': { route: 'GET /tickets/{ticketId}/comments', access: read({ Tickets: ['GetItem', 'Query'] }) },
  'get-comment': {
    route: 'GET /tickets/{ticketId}/comments/{commentId}',
    access: read({ Tickets: ['GetItem', 'Query'] }),
  },
  'change-status': { route: 'POST /tickets/{ticketId}/transitions', access: write(commitAccess) },
  'assign-ticket': { route: 'PUT /tickets/{ticketId}/assignee', access: write(commitAccess) },
  'correct-ticket': {
    route: 'POST /tickets/{ticketId}/corrections',
    access: write({ ...commitAccess, Events: [...commitAccess.Events, 'Query'] }),
  },
  'follow-ticket': { route: 'PUT /tickets/{ticketId}/followers/{userId}', access: write(commitAccess) },
  'unfollow-ticket': { route: 'DELETE /tickets/{ticketId}/followers/{userId}', access: write(commitAndDelete) },

  // Attachments
  'request-attachment': {
    route: 'POST /tickets/{ticketId}/attachments',
    access: write({ ...commitAccess, Quotas: readAndChanged }),
  },
  'get-attachment': {
    route: 'GET /tickets/{ticketId}/attachments/{attachmentId}',
    access: read({ Tickets: ['GetItem'] }),
  },
  'remove-attachment': {
    route: 'DELETE /tickets/{ticketId}/attachments/{attachmentId}',
    access: write({ ...commitAccess, Tickets: [...commitAccess.Tickets, 'UpdateItem'] }),
  },

  // Users and their notices
  'create-user': { route: 'POST /users', access: write(commitAccess) },
  'get-user': { route: 'GET /users/{userId}', access: read({ Tickets: ['GetItem'] }) },
  'deactivate-user': { route: 'POST /users/{userId}/deactivation', access: write(commitAccess) },
  'lift-mail-suppression': { route: 'DELETE /users/{userId}/mail-suppression', access: write(commitAccess) },
  'set-preferences': { route: 'PUT /users/me/preferences', access: write(commitAccess) },
  'list-notices': { route: 'GET /notices', access: read({ Notices: ['Query'] }) },
  'read-notice': {
    route: 'POST /notices/{noticeId}/read',
    // A notice has no events, so of the write path's rows it writes only the request key.
    access: write({
      RequestKeys: commitAccess.RequestKeys,
      Tickets: ['GetItem', 'BatchGetItem'],
      Notices: readAndChanged,
    }),
  },

  // Webhooks
  'put-webhook': { route: 'PUT /webhooks/{name}', access: write(commitAccess) },
  'rotate-webhook-secret': { route: 'POST /webhooks/{name}/secret-rotation', access: write(commitAccess) },
  'remove-webhook': { route: 'DELETE /webhooks/{name}', access: write(commitAndDelete) },

  // SLA
  'put-sla-policy': { route: 'PUT /sla-policies/{policyId}', access: write(commitAccess) },
  'get-ticket-sla': {
    route: 'GET /tickets/{ticketId}/sla',
    access: read({ Tickets: ['GetItem'], Events: ['Query'] }),
  },

  // Sagas
  'list-sagas': {
    route: 'GET /tickets/{ticketId}/sagas',
    access: read({ Tickets: ['GetItem'], Sagas: ['Query byAggregate'] }),
  },
  'list-live-sagas': { route: 'GET /sagas', access: read({ Sagas: ['Query liveKeys', 'GetItem'] }) },
  'get-saga': {
    route: 'GET /sagas/{sagaId}',
    access: read({ Sagas: ['GetItem'], Tickets: ['GetItem'], Events: ['GetItem'] }),
  },
  'resume-saga': {
    route: 'POST /sagas/{sagaId}/resume',
    access: write({ ...commitAccess, Sagas: readAndChanged }),
  },
  'run-saga-now': {
    route: 'POST /sagas/{sagaId}/run-now',
    access: write({ ...commitAccess, Sagas: readAndChanged }),
  },
  'request-resumption': { route: 'POST /sagas/resumptions', access: write(commitAccess) },
  'get-resumption': { route: 'GET /sagas/resumptions/{resumptionId}', access: read({ Tickets: ['GetItem'] }) },

  // Holds on what sagas call outside
  'list-holds': {
    route: 'GET /holds',
    access: read({ Tickets: ['GetItem'], Sagas: ['Query liveKeys', 'GetItem'] }),
  },
  'put-hold': { route: 'PUT /holds/{dependency}', access: write(commitAccess) },
  'release-hold': { route: 'DELETE /holds/{dependency}', access: write(commitAccess) },

  // What is stuck in subscribers
  'list-blocked-aggregates': { route: 'GET /blocked', access: read({ Receipts: ['Query blocked'] }) },
  'redrive-blocked': {
    route: 'POST /blocked/{blockedId}/redrive',
    access: write({ ...commitAccess, Receipts: ['GetItem', 'BatchGetItem'] }),
  },

  // Read models and the API's description
  'get-work-list': { route: 'GET /work-list', access: readView },
  'search-tickets': {
    route: 'GET /search',
    access: { ...readView, Tickets: [...readView.Tickets, 'Query byRequester'] },
  },
  'get-stats': { route: 'GET /stats', access: readView },
  'get-dashboard': { route: 'GET /dashboard', access: readView },
  'get-openapi': { route: 'GET /openapi.json', access: {} },
} as const satisfies Record<string, HttpFunction>

export type HttpFunctionName = keyof typeof httpFunctions

/** Method and path template of a function: its route in the gateway, and the scope of its Idempotency-Keys. */
export function route(name: HttpFunctionName): HttpFunction['route'] {
  return httpFunctions[name].route
}

/**
 * Serves the operators' console as static files: no operation of the API, so OpenAPI does not have it. CDK
 * context `console=off` leaves it out.
 */
export const consoleFunctions = {
  'serve-console': { routes: ['GET /console', 'GET /console/{file}'], access: {} },
} as const satisfies Record<string, { routes: readonly HttpFunction['route'][]; access: Access }>
