import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FunctionDeployment } from '../../lambda/deployment.ts'
import { createLambdaPool, type LambdaPool, type LambdaPoolOptions } from '../../lambda/lambda-pool.ts'

/** A data folder with pools in it; `remove` stops what was started and removes the folder. */
export interface LambdaFixture {
  folder: string
  warnings: string[]
  start(options?: Partial<LambdaPoolOptions>): LambdaPool
  /** A function whose bundle is this source text. */
  bundle(source: string, options?: Partial<FunctionDeployment> & { fileName?: string }): FunctionDeployment
  remove(): Promise<void>
}

export function lambdaFixture(): LambdaFixture {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-lambda-'))
  // As in this repository: a bundle must not be read as what surrounds it.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const pools: LambdaPool[] = []
  const warnings: string[] = []
  let bundles = 0
  return {
    folder,
    warnings,
    start(options = {}) {
      const log = { info() {}, warn: (message: string) => warnings.push(message) }
      const pool = createLambdaPool({
        dataDir: join(folder, 'data'),
        endpointUrl: 'http://127.0.0.1:1',
        log,
        ...options,
      })
      pools.push(pool)
      return pool
    },
    bundle(source, { fileName = 'index.js', ...options } = {}) {
      const codeDir = join(folder, `bundle-${++bundles}`)
      mkdirSync(codeDir)
      writeFileSync(join(codeDir, fileName), source)
      return {
        name: 'greet',
        codeDir,
        handler: 'index.handler',
        environment: {},
        timeoutSeconds: 10,
        memoryMb: 128,
        roleName: 'greet-role',
        ...options,
      }
    },
    async remove() {
      await Promise.all(pools.map((pool) => pool.stop()))
      rmSync(folder, { recursive: true })
    },
  }
}
