import type { SQSEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { startSagasDeps } from '../../app/consumers/start-sagas-deps.ts'
import { startSagas } from './start-saga.ts'

const deps = startSagasDeps()

export const handler = backgroundHandler((event: SQSEvent, observer, deadlineMs) =>
  startSagas({ ...deps, observer }, event, deadlineMs),
)
