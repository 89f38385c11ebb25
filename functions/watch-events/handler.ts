import type { DynamoDBStreamEvent } from 'aws-lambda'
import { withObserver } from '../../app/observer.ts'
import { watchEvents } from './watch-events.ts'

export const handler = withObserver(async (event: DynamoDBStreamEvent, observer) => watchEvents(event, observer))
