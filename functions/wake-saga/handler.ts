import type { SQSEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { sagaRecoveryDeps } from '../../app/saga-recovery.ts'
import { wakeSagas } from './wake-saga.ts'

const deps = sagaRecoveryDeps()

export const handler = backgroundHandler((event: SQSEvent, observer, deadlineMs) =>
  wakeSagas({ ...deps, observer }, event, deadlineMs),
)
