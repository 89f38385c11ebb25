/** The part of Amazon States Language (JSONPath) that sagas compile to: https://states-language.net/spec.html */
export interface StateMachine {
  Comment: string
  QueryLanguage: 'JSONPath'
  StartAt: string
  States: Record<string, State>
}

export type State = TaskState | ChoiceState | { Type: 'Succeed' } | { Type: 'Fail'; Error: string; Cause: string }

export interface TaskState {
  Type: 'Task'
  Resource: string
  Parameters: Record<string, unknown>
  /** Absent only in states that wait for an operator. */
  TimeoutSeconds?: number
  HeartbeatSeconds?: number
  Retry: Retrier[]
  Catch: Catcher[]
  ResultPath: string | null
  Next?: string
  End?: true
}

export interface ChoiceState {
  Type: 'Choice'
  Choices: { Variable: string; StringEquals: string; Next: string }[]
  Default: string
}

export interface Retrier {
  ErrorEquals: string[]
  IntervalSeconds?: number
  BackoffRate?: number
  MaxDelaySeconds?: number
  MaxAttempts: number
  JitterStrategy?: 'FULL'
}

export interface Catcher {
  ErrorEquals: string[]
  ResultPath: string
  Next: string
}
