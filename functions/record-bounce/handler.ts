import type { SNSEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { recordBounces } from './record-bounce.ts'

const store = storeFromEnvironment()

export const handler = backgroundHandler((event: SNSEvent, observer, deadlineMs) =>
  recordBounces({ store, runtime, observer }, event, deadlineMs),
)
