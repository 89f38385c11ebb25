import type { FunctionName } from '../app/functions.ts'

/**
 * Memory of every function, in MB; with it comes its part of a vCPU. Each size follows from what was measured, by the rule of ADR 32: a test
 * compares, and `npm run cost -- --measure-functions` measures again after a change of what functions load or do.
 */
export const memorySizes: Partial<Record<FunctionName, number>> = {
  'create-ticket': 512,
  'list-tickets': 512,
  'get-ticket': 512,
  'list-events': 512,
  'add-comment': 512,
  'list-comments': 512,
  'get-comment': 512,
  'change-status': 512,
  'assign-ticket': 512,
  'correct-ticket': 512,
  'follow-ticket': 512,
  'unfollow-ticket': 512,
  'request-attachment': 512,
  'get-attachment': 512,
  'remove-attachment': 512,
  'create-user': 512,
  'get-user': 512,
  'deactivate-user': 512,
  'lift-mail-suppression': 512,
  'set-preferences': 512,
  'list-notices': 512,
  'read-notice': 512,
  'put-webhook': 512,
  'rotate-webhook-secret': 512,
  'remove-webhook': 512,
  'put-sla-policy': 512,
  'get-ticket-sla': 512,
  'list-sagas': 512,
  'list-live-sagas': 512,
  'get-saga': 512,
  'resume-saga': 512,
  'run-saga-now': 512,
  'request-resumption': 512,
  'get-resumption': 512,
  'list-blocked-aggregates': 512,
  'redrive-blocked': 512,
  'get-work-list': 1024,
  'search-tickets': 1024,
  'get-stats': 512,
  'get-dashboard': 512,
  'get-openapi': 256,
  'serve-console': 256,
  'start-saga': 512,
  'wake-saga': 256,
  'project-views': 512,
  'unassign-tickets': 512,
  'relay-outbox': 512,
  'sweep-outbox': 256,
  'reconcile-sagas': 512,
  'reconcile-consumers': 512,
  'reconcile-data': 1024,
  'run-notification-step': 512,
  'run-webhook-step': 512,
  'run-attachment-step': 512,
  'run-removal-step': 256,
  'record-bounce': 256,
  'record-upload': 256,
  'sweep-uploads': 256,
  'sweep-copies': 256,
  'watch-events': 256,
  'record-scan': 256,
  'add-token-claims': 256,
}

/** A new function has this until it is measured: enough for every bundle so far. */
const unmeasuredMb = 512

export function memoryMbOf(name: FunctionName): number {
  return memorySizes[name] ?? unmeasuredMb
}
