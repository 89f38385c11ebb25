import type { DynamoDBStreamEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { watchEvents } from './watch-events.ts'

export const handler = backgroundHandler(async (event: DynamoDBStreamEvent, observer) =>
  watchEvents({ observer }, event),
)
