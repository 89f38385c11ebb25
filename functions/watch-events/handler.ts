import type { DynamoDBStreamEvent } from 'aws-lambda'
import { observed } from '../observer.ts'
import { watchEvents } from './watch-events.ts'

export const handler = observed(async (event: DynamoDBStreamEvent, observer) => watchEvents(event, observer))
