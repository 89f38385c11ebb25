import { type Access, commitAccess, readAndChanged, sagaTaskAccess } from './access.ts'

/**
 * The catalogue of all Lambda functions: name, route or trigger, and what each may do with tables. The code of a function is in
 * `functions/<name>/`. Stacks grant access to queues, state machines, buckets and mail where they wire them.
 */
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

/** To take back a file in which malware was found, by a commit (app/take-back.ts). */
const takesBack = {
  ...commitAccess,
  Tickets: [...commitAccess.Tickets, 'UpdateItem'],
  Sagas: ['GetItem'],
} as const satisfies Access

/** A sweep continues where its last round ended (app/sweep.ts). */
const keepsPosition = { SweepPositions: ['GetItem', 'PutItem'] } as const satisfies Access

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
  'list-holds': { route: 'GET /holds', access: read({ Tickets: ['GetItem'] }) },
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

/** Resumes many sagas: each by a commit that counts it (app/advance-resumption.ts). */
const resumes = {
  ...commitAccess,
  Tickets: [...readAndChanged, 'ConditionCheckItem'],
  Sagas: ['Query liveKeys', ...readAndChanged],
} as const satisfies Access

/** Serves the operators' console as static files: no operation of the API, so OpenAPI does not have it. CDK context `console=off` leaves it out. */
export const consoleFunctions = {
  'serve-console': { routes: ['GET /console', 'GET /console/{file}'], access: {} },
} as const satisfies Record<string, { routes: readonly HttpFunction['route'][]; access: Access }>

/** Functions that receive events from a FIFO queue of their own. What its alarms mean is in infra/alarm-meanings.ts. */
export const subscribers = {
  'start-saga': {
    access: {
      Tickets: ['GetItem', 'Query'],
      Events: ['Query'],
      Sagas: ['PutItem'],
      // Only of events that keep failing.
      Receipts: ['GetItem', 'PutItem'],
    },
  },
  'wake-saga': { access: resumes },
  'project-views': {
    access: {
      Tickets: ['GetItem'],
      Events: ['Query'],
      Receipts: ['GetItem', 'PutItem'],
      // It scans for one row, once: a read model that is new lacks a past unless there is none.
      Views: ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem', 'Scan'],
    },
  },
  'unassign-tickets': {
    access: {
      ...commitAccess,
      Tickets: [...commitAccess.Tickets, 'Query openByAssigneeKeys', 'Query byAssignee'],
      Events: [...commitAccess.Events, 'Query'],
      Receipts: ['GetItem', 'PutItem'],
    },
  },
} as const satisfies Record<string, { access: Access }>

export type SubscriberName = keyof typeof subscribers

/** From the outbox to the queues: by the table's stream, and on a schedule. Only the sweeper scans, as it must find every row. */
export const relayFunctions = {
  'relay-outbox': { access: { Outbox: ['DeleteItem'], Unconfirmed: ['PutItem'] } },
  'sweep-outbox': { access: { Outbox: ['Scan', 'DeleteItem'], Unconfirmed: ['PutItem'], ...keepsPosition } },
} as const satisfies Record<string, { access: Access }>

/** Runs the ordered consumers, in their place. */
const consumes = {
  ...subscribers['unassign-tickets'].access,
  Tickets: [...subscribers['unassign-tickets'].access.Tickets, 'Query'],
  Events: [...subscribers['unassign-tickets'].access.Events, 'GetItem'],
  Views: subscribers['project-views'].access.Views,
} as const satisfies Access

/**
 * On a schedule, they find what has stopped, or disagrees, and put it right. They scan sparse indexes, or small tables, of just that;
 * reconcile-data looks for all that disagrees, so it scans the truth.
 */
export const reconcileFunctions = {
  'reconcile-sagas': {
    access: { Sagas: ['Scan liveKeys', 'GetItem', 'UpdateItem'], Tickets: ['GetItem'], ...keepsPosition },
  },
  // It runs the ordered consumers, starts sagas and goes on with resumptions, so it has the access of all of them. It scans what is not confirmed.
  'reconcile-consumers': {
    access: {
      ...consumes,
      Tickets: [...consumes.Tickets, 'UpdateItem'],
      Receipts: ['Scan blocked', 'GetItem', 'PutItem'],
      Sagas: [...subscribers['start-saga'].access.Sagas, ...resumes.Sagas],
      Unconfirmed: ['Scan', 'DeleteItem'],
      ...keepsPosition,
    },
  },
  // It heals as subscribers do. Its ledger can only be added to.
  'reconcile-data': {
    access: {
      ...consumes,
      Tickets: [...consumes.Tickets, 'Scan'],
      Sagas: ['Scan liveKeys', 'GetItem', 'PutItem'],
      StepKeys: ['GetItem'],
      Quotas: ['Scan', 'UpdateItem'],
      Runs: ['PutItem'],
      ...keepsPosition,
    },
  },
} as const satisfies Record<string, { access: Access }>

/** Called by Step Functions: one function runs every task of a saga. */
export const sagaFunctions = {
  'run-notification-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem', 'UpdateItem', 'DeleteItem'],
      Tickets: ['GetItem'],
    },
  },
  'run-webhook-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem'],
      Tickets: ['GetItem'],
      Events: ['GetItem'],
    },
  },
  'run-attachment-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'UpdateItem'],
      // Its pivot commits like any other write, but without a request key.
      Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
      Events: ['PutItem'],
      Outbox: ['PutItem'],
    },
  },
  'run-removal-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['UpdateItem'],
      Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
      Events: ['PutItem'],
      Outbox: ['PutItem'],
    },
  },
} as const satisfies Record<string, { access: Access }>

/** Uploads: called by S3's notification, and on a schedule for lost notifications and for late copies. */
export const uploadFunctions = {
  'record-upload': { access: { Tickets: ['GetItem', 'UpdateItem'] } },
  'sweep-uploads': { access: { Tickets: ['GetItem', 'UpdateItem'], ...keepsPosition } },
  'sweep-copies': { access: { ...takesBack, ...keepsPosition } },
} as const satisfies Record<string, { access: Access }>

/** Called by GuardDuty, through EventBridge, with scan results: only in stages that scan uploads. */
export const scanFunctions = {
  'record-scan': { access: takesBack },
} as const satisfies Record<string, { access: Access }>

/** Called by SES, through SNS, with bounces and complaints. */
export const mailFunctions = {
  'record-bounce': { access: { ...commitAccess, Sagas: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>

/** Called by Cognito before it signs a token: only where a user pool of ours is the issuer. */
export const identityFunctions = {
  'add-token-claims': { access: {} },
} as const satisfies Record<string, { access: Access }>

/** Called by the stream of `Events`, only when a row was changed or removed: an archived event may be. */
export const watchFunctions = {
  'watch-events': { access: { Tickets: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>

const functionsOfEveryStage = {
  ...httpFunctions,
  ...subscribers,
  ...relayFunctions,
  ...reconcileFunctions,
  ...sagaFunctions,
  ...mailFunctions,
  ...uploadFunctions,
  ...watchFunctions,
}

export type FunctionName =
  | keyof typeof functionsOfEveryStage
  | keyof typeof consoleFunctions
  | keyof typeof scanFunctions
  | keyof typeof identityFunctions

/** The names of the functions that a stage deploys. */
export function functionNames({ malwareScan, identity, isWithoutConsole }: OptionalFunctions): FunctionName[] {
  const deployed = {
    ...functionsOfEveryStage,
    ...(!isWithoutConsole && consoleFunctions),
    ...(malwareScan && scanFunctions),
    ...(identity && identityFunctions),
  }
  return Object.keys(deployed) as FunctionName[]
}

interface OptionalFunctions {
  malwareScan?: string
  identity?: string
  isWithoutConsole?: boolean
}
