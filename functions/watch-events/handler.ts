import type { DynamoDBStreamEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { watchEvents } from './watch-events.ts'

const store = storeFromEnvironment()

export const handler = backgroundHandler(async (event: DynamoDBStreamEvent, observer) =>
  watchEvents({ observer, store, runtime }, event),
)
