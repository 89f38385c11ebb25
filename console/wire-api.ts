/** What the API answers, as far as the operators' console reads it. The whole of it is the API's own OpenAPI document. */

export interface ApiPage<Item> {
  items: Item[]
  nextCursor?: string
}

export type SagaState = 'pending' | 'running' | 'completed' | 'compensated' | 'parked'

export interface ApiSagaSummary {
  id: string
  name: string
  state: SagaState
  /** Why it is parked, or compensated. */
  reason?: string
  generation: number
  /** Only of a parked one. */
  parkingId?: string
  ticketId?: string
  recipient?: string
  startedAt: string
  attempts: number
  lastAttempt?: Omit<ApiAttempt, 'attempt' | 'error'> & { error?: string }
}

export interface ApiSaga extends Omit<ApiSagaSummary, 'attempts' | 'lastAttempt'> {
  endedAt?: string
  correlationId: string
  steps: ApiAttempt[]
}

export interface ApiAttempt {
  step: string
  action: 'do' | 'undo'
  /** From 1, of this step's do or undo. */
  attempt: number
  startedAt: string
  endedAt: string
  outcome: string
  error?: { name: string; message?: string }
}

export interface ApiBlockedAggregate {
  consumer: string
  aggregate: { type: string; id: string }
  blockedAt: number
  highestSeen: number
}

/** RFC 9457. */
export interface ApiProblem {
  type: string
  title: string
  detail: string
  retryable: boolean
}
