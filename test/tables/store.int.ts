import { afterAll, beforeAll, describe } from 'vitest'
import { openEngineStore } from '../../proof/engine-store.ts'
import type { DynamoStore } from '../../tables/dynamo-store.ts'
import { storeSuite } from './store-suite/store-suite.ts'

describe('the DynamoDB store', () => {
  let opened: { store: DynamoStore; close(): Promise<void> }

  beforeAll(async () => {
    opened = await openEngineStore()
  })
  afterAll(() => opened?.close())

  storeSuite(() => opened.store)
})
