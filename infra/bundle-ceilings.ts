import type { FunctionName } from '../app/functions.ts'

/**
 * The most that each function's bundle may have, in kB (1,000 bytes), by what makes it as large as it is. A cold start reads and
 * compiles all of it, so a test holds the bundles to it. To raise one, say here what the function now needs; if it is nothing
 * new, find out what came along.
 */
export const bundleCeilings: readonly { holds: string; kB: Partial<Record<FunctionName, number>> }[] = [
  { holds: 'zod and the logger: no AWS SDK', kB: { 'add-token-claims': 150 } },
  { holds: "zod and the console's files, the definitions of sagas in them: no AWS SDK", kB: { 'serve-console': 200 } },
  {
    holds: 'the DynamoDB client, zod, logger and metrics',
    kB: {
      'watch-events': 560,
      'record-bounce': 590,
      'unassign-tickets': 600,
      'project-views': 610,
      'run-webhook-step': 620,
    },
  },
  {
    holds: 'that, and the client of SQS or Step Functions',
    kB: { 'relay-outbox': 600, 'sweep-outbox': 600, 'record-scan': 620 },
  },
  {
    holds: 'the DynamoDB client, and the verification of tokens',
    kB: {
      'list-tickets': 620,
      'get-ticket': 620,
      'list-comments': 620,
      'get-comment': 620,
      'get-user': 620,
      'list-notices': 620,
      'list-live-sagas': 620,
      'list-blocked-aggregates': 620,
      'get-resumption': 620,
      'list-holds': 620,
    },
  },
  {
    holds: 'that, and the write path',
    kB: {
      'create-ticket': 640,
      'request-resumption': 640,
      'redrive-blocked': 640,
      'add-comment': 640,
      'change-status': 640,
      'assign-ticket': 640,
      'follow-ticket': 640,
      'unfollow-ticket': 640,
      'request-attachment': 640,
      'remove-attachment': 640,
      'create-user': 640,
      'deactivate-user': 640,
      'lift-mail-suppression': 640,
      'set-preferences': 640,
      'read-notice': 640,
      'put-webhook': 650,
      'rotate-webhook-secret': 640,
      'remove-webhook': 640,
      'put-hold': 640,
      'release-hold': 640,
      'put-sla-policy': 640,
      'resume-saga': 640,
    },
  },
  {
    holds: 'the verification of tokens, and read models with the splitting of words',
    kB: { 'search-tickets': 650, 'get-stats': 640, 'get-dashboard': 650 },
  },
  { holds: 'the OpenAPI document', kB: { 'get-openapi': 760 } },
  { holds: 'time zones (temporal-polyfill)', kB: { 'get-work-list': 720 } },
  {
    holds: 'the descriptions of all sagas',
    kB: {
      'list-sagas': 650,
      'get-saga': 650,
      'run-saga-now': 660,
      'start-saga': 630,
      'wake-saga': 630,
      'reconcile-sagas': 630,
    },
  },
  {
    holds: 'the S3 client',
    kB: {
      'record-upload': 750,
      'sweep-uploads': 760,
      'sweep-copies': 750,
      'run-removal-step': 760,
      'list-events': 780,
      'correct-ticket': 800,
      'get-ticket-sla': 850,
      'get-attachment': 800,
    },
  },
  { holds: 'the S3 client, and the recognition of file types', kB: { 'run-attachment-step': 880 } },
  { holds: 'the SES client and nodemailer', kB: { 'run-notification-step': 770 } },
  {
    holds: 'the S3 client, every consumer and every saga, as what it reconciles',
    kB: { 'reconcile-consumers': 860, 'reconcile-data': 880 },
  },
]
