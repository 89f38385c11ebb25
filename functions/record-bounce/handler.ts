import type { SNSEvent } from 'aws-lambda'
import { observed } from '../observer.ts'
import { store, world } from '../runtime.ts'
import { recordBounces } from './record-bounce.ts'

const tables = store()

export const handler = observed((event: SNSEvent, observer) => recordBounces({ store: tables, world, observer }, event))
