import { describe } from 'vitest'
import { memoryObjectFixture } from './object-suite/object-fixture.ts'
import { listPages, objectSuite } from './object-suite/object-suite.ts'

describe('the in-memory object store', () => {
  objectSuite(memoryObjectFixture)
  listPages(memoryObjectFixture)
})
