import { describe } from 'vitest'
import { memoryQueueBed } from './queue-suite/queue-bed.ts'
import { queueSuite } from './queue-suite/queue-suite.ts'

describe('the in-memory queue', () => queueSuite(memoryQueueBed))
