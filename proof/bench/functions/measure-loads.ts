import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { subscribers } from '../../../app/functions.ts'
import { rotated, type Spread, spreadOf } from '../rounds.ts'
import type { BundleSize } from './bundle-sizes.ts'

/** CPU time that a new process takes to load a bundle, until its handler could be called. */
export interface LoadRow {
  name: string
  loadCpuMs: number
  /** The ratio to a bundle with nothing but the client of DynamoDB, in each round. */
  ratio: Spread
}

const rootDir = resolve(import.meta.dirname, '..', '..', '..')

/** What functions read when they are loaded. The values are not used. */
const environment = {
  AWS_REGION: 'us-east-1',
  POWERTOOLS_SERVICE_NAME: 'bench',
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'bench',
  MAIL_FROM: 'bench@example.com',
  UPLOAD_SECONDS: '60',
  ARCHIVE_BUCKET: 'bench',
  ATTACHMENTS_BUCKET: 'bench',
  DIGESTS_BUCKET: 'bench',
  SUBSCRIBER_QUEUE_URLS: JSON.stringify(
    Object.fromEntries(Object.keys(subscribers).map((name) => [name, 'https://bench'])),
  ),
  SAGA_MACHINES: JSON.stringify({ notification: 'bench', webhook: 'bench', attachment: 'bench', removal: 'bench' }),
}

/** Loads each bundle in a process of its own, all of them in each round. */
export async function measureLoads(
  bundles: readonly Pick<BundleSize, 'name' | 'path'>[],
  dir: string,
  rounds: number,
): Promise<LoadRow[]> {
  const baseline = { name: 'only the client of DynamoDB', path: await bundleClient(dir) }
  // In the repository, a file that ends in .js would be taken for an ES module.
  const copies = bundles.map(({ name, path }) => {
    const copy = join(dir, `${name}.cjs`)
    copyFileSync(path, copy)
    return { name, path: copy }
  })
  const samples = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++)
    for (const { name, path } of rotated([baseline, ...copies], round))
      samples.set(name, [...(samples.get(name) ?? []), await loadCpuMs(path)])
  const ofBaseline = samples.get(baseline.name) ?? []
  return [...samples].map(([name, ms]) => ({
    name,
    loadCpuMs: spreadOf(ms).median,
    ratio: spreadOf(ms.map((value, round) => value / (ofBaseline[round] ?? Number.NaN))),
  }))
}

async function bundleClient(dir: string): Promise<string> {
  const source = join(dir, 'client.js')
  const outfile = join(dir, 'client.cjs')
  writeFileSync(
    source,
    `import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
     import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
     export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))`,
  )
  await build({
    entryPoints: [source],
    outfile,
    nodePaths: [join(rootDir, 'node_modules')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    logLevel: 'warning',
  })
  return outfile
}

async function loadCpuMs(path: string): Promise<number> {
  const script = `const before = process.cpuUsage(); require(${JSON.stringify(path)}); const { user, system } = process.cpuUsage(before); process.stdout.write(String((user + system) / 1000), () => process.exit())`
  const running = promisify(execFile)(process.execPath, ['-e', script], { env: environment })
  const { stdout } = await running.catch(({ stderr }: { stderr: string }) => {
    // The rest is minified code.
    throw new Error(`${basename(path)} cannot be loaded: ${/^\w*Error: .*/m.exec(stderr)?.[0].slice(0, 200)}`)
  })
  return Number(stdout)
}
