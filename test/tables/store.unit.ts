import { describe } from 'vitest'
import { MemoryStore } from '../../tables/memory-store.ts'
import { storeSuite } from './store-suite/store-suite.ts'

describe('the in-memory store', () => {
  const store = new MemoryStore()
  storeSuite(() => store)
})
