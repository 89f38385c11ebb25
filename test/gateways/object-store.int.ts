import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { seed } from '../fixtures/sample.ts'
import { emulator } from './emulator.ts'
import { compareObjects } from './object-suite/object-commands.ts'
import { memoryObjectFixture, objectFixtureOf } from './object-suite/object-fixture.ts'
import { objectSuite } from './object-suite/object-suite.ts'
import { type S3, s3At, startS3 } from './object-suite/s3-fixture.ts'

let s3: S3
beforeAll(async () => {
  s3 = emulator ? s3At(emulator) : await startS3()
})
afterAll(() => s3?.stop())

describe('a bucket of S3', () => objectSuite(() => s3.fixture()))
describe('a bucket of S3 that keeps versions', () => objectSuite(() => s3.fixture({ versioned: true })))

describe.skipIf(emulator)(`any calls of the in-memory object store and of S3 (SEED=${seed})`, () => {
  it('have the same results, versions kept or not', async () => {
    await compareObjects({ twin: memoryObjectFixture, engine: () => s3.fixture() }, { seed, runs: 3, length: 25 })
    const versioned = () => s3.fixture({ versioned: true })
    await compareObjects({ twin: memoryObjectFixture, engine: versioned }, { seed, runs: 3, length: 25 })
  })

  it('are told apart when the in-memory store copies whatever is there', async () => {
    const runtime = new ManualRuntime()
    const twin = async () => objectFixtureOf(new CarelessStore(runtime.now), runtime)
    const compared = compareObjects({ twin, engine: () => s3.fixture() }, { seed, runs: 20, length: 25 })
    await expect(compared).rejects.toThrow(/Counterexample: \[.*copy\(/)
  })
})

/** It copies without looking at the ETag. */
class CarelessStore extends MemoryObjectStore {
  override async copy(copy: Parameters<MemoryObjectStore['copy']>[0]): Promise<'copied' | 'gone'> {
    const { etag = copy.etag } = (await this.head(copy.from)) ?? {}
    return super.copy({ ...copy, etag })
  }
}
