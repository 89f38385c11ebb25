/** Who takes part in a picture, in the order in which a request meets them; people come before. */
export const parts = [
  'API',
  'DynamoDB',
  'watcher',
  'relay',
  'sweeper',
  'SQS',
  'consumers',
  'S3',
  'uploads',
  'Step Functions',
  'saga steps',
  'reconciler',
  'Mail',
  'bounces',
  'Lambda',
] as const
export type Part = (typeof parts)[number]

/** What is outside: who does something by hand, as a scenario or an operator does. */
export const byHand = 'by hand'

/** The part that a function plays; every function that is not listed answers the API. */
const partOfFunction: Record<string, Part> = {
  'relay-outbox': 'relay',
  'sweep-outbox': 'sweeper',
  'watch-events': 'watcher',
  'start-saga': 'consumers',
  'wake-saga': 'consumers',
  'project-views': 'consumers',
  'unassign-tickets': 'consumers',
  'run-notification-step': 'saga steps',
  'run-webhook-step': 'saga steps',
  'run-attachment-step': 'saga steps',
  'record-upload': 'uploads',
  'record-scan': 'uploads',
  'sweep-uploads': 'uploads',
  'sweep-copies': 'uploads',
  'record-bounce': 'bounces',
  'reconcile-sagas': 'reconciler',
  'reconcile-consumers': 'reconciler',
}

export function partOf(functionName: string): Part {
  return partOfFunction[short(functionName)] ?? 'API'
}

const services: Record<string, Part> = {
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
  states: 'Step Functions',
  ses: 'Mail',
  s3: 'S3',
  lambda: 'Lambda',
}

export function partOfService(service: string): Part | string {
  return services[service] ?? service
}

/** A physical name without what is the same for all: `steadfast-local-relay-outbox`. */
export function short(name: string): string {
  return name.replace(/^steadfast-[a-z]+-/, '')
}
