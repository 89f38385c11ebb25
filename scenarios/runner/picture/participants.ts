import { shortName } from '../../../proof/short-name.ts'

/** The participants of a picture, in the order in which a request reaches them. People stand before them. */
export const participants = [
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
export type Participant = (typeof participants)[number]

/**
 * Without repetitions: people in the order of their first appearance, then the other participants in the order
 * in which a request reaches them.
 */
export function participantsInOrder(names: readonly string[]): string[] {
  const known: readonly string[] = participants
  return [...new Set(names)].toSorted((a, b) => known.indexOf(a) - known.indexOf(b))
}

/** Whoever calls an AWS API from outside the stack: the scenario, an operator, or the holder of a signed URL. */
export const externalClient = 'external client'

/** Functions that are not listed here answer the API. */
const participantsByFunction: Record<string, Participant> = {
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
  'run-removal-step': 'saga steps',
  'record-upload': 'uploads',
  'record-scan': 'uploads',
  'sweep-uploads': 'uploads',
  'sweep-copies': 'uploads',
  'record-bounce': 'bounces',
  'reconcile-sagas': 'reconciler',
  'reconcile-consumers': 'reconciler',
  'reconcile-data': 'reconciler',
  // Runs where Cognito signs the tokens, which no picture shows.
  'add-token-claims': 'Lambda',
}

/** The participant that a function belongs to, by the function's physical name. */
export function participantOfFunction(functionName: string): Participant {
  return participantsByFunction[shortName(functionName)] ?? 'API'
}

const participantsByService: Record<string, Participant> = {
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
  states: 'Step Functions',
  ses: 'Mail',
  s3: 'S3',
  lambda: 'Lambda',
}

/** The participant that stands for an AWS service; the service's own name when there is none. */
export function participantOfService(service: string): Participant | string {
  return participantsByService[service] ?? service
}
