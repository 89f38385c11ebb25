import { describe } from 'vitest'
import { memoryObjectBed } from './object-suite/object-bed.ts'
import { listPages, objectSuite } from './object-suite/object-suite.ts'

describe('the in-memory object store', () => {
  objectSuite(memoryObjectBed)
  listPages(memoryObjectBed)
})
