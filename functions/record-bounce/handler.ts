import type { SNSEvent } from 'aws-lambda'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { recordBounces } from './record-bounce.ts'

const tables = storeFromEnvironment()

export const handler = withObserver((event: SNSEvent, observer) =>
  recordBounces({ store: tables, runtime, observer }, event),
)
