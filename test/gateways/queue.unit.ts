import { describe } from 'vitest'
import { memoryQueueFixture } from './queue-suite/queue-fixture.ts'
import { queueSuite } from './queue-suite/queue-suite.ts'

describe('the in-memory queue', () => queueSuite(memoryQueueFixture))
