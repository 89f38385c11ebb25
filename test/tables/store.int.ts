import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngineStore } from '../../proof/engine-store.ts'
import type { DynamoStore } from '../../tables/dynamo-store.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Write } from '../../tables/store.ts'
import { seed } from '../fixtures/sample.ts'
import { compareStores } from './store-suite/store-commands.ts'
import { storeSuite } from './store-suite/store-suite.ts'

describe('the DynamoDB store', () => {
  let opened: { store: DynamoStore; close(): Promise<void> }

  beforeAll(async () => {
    opened = await openEngineStore()
  })
  afterAll(() => opened?.close())

  storeSuite(() => opened.store)

  describe(`and the in-memory store (SEED=${seed})`, () => {
    const engine = () => opened.store

    it('have the same results, whatever the calls', async () => {
      await compareStores({ twin: () => new MemoryStore(), engine }, { seed, runs: 10, length: 40 })
    })

    it('are told apart when the in-memory store forgets the tokens of transactions', async () => {
      const compared = compareStores({ twin: () => new ForgetfulStore(), engine }, { seed, runs: 60, length: 40 })
      await expect(compared).rejects.toThrow(/Counterexample: \[.*transact\(.*sendAgain\(/)
    })
  })
})

class ForgetfulStore extends MemoryStore {
  #tokens = 0

  override transactWrite(writes: readonly Write[], token: string) {
    return super.transactWrite(writes, `${token.slice(0, 20)} ${++this.#tokens}`)
  }
}
