import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createLambdaPool, type EnvironmentUse } from 'embedded-aws/lambda'
import { bundle, entryPoint } from '../../infra/bundle.ts'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import type { FunctionUse } from '../../proof/cost/function-use.ts'
import { shortName } from '../../proof/short-name.ts'
import { openTarget } from '../../proof/target.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import { everyFunction, tokenEvent, useEveryFunction, type Workload } from './use-every-function.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const quiet = { info: () => {}, warn: () => {} }

/** What the stored figures come from. */
export const largeWorkload = { runs: 3, rounds: 20, burst: 150 }

/**
 * Measures memory and CPU time of every function, each in processes of its own, on embedded stacks with throw-away data; each of the `runs`
 * has cold starts. Throws when a function was not called twice, and on other systems than Linux, which do not tell a process's own peak.
 */
export async function measureFunctions(
  { runs, ...workload }: Workload & { runs: number },
  onProgress: (step: string) => void,
): Promise<Record<string, FunctionUse>> {
  if (process.platform !== 'linux')
    throw new Error(
      `memory cannot be measured on ${process.platform}, as only Linux tells a process's own peak: run it on Linux, or keep the stored figures`,
    )
  const uses: NamedUse[] = []
  const onUse = (name: string, use: EnvironmentUse) => uses.push({ name: shortName(name), ...use })
  for (let run = 1; run <= runs; run++)
    await measureOnce(workload, onUse, (step) => onProgress(runs > 1 ? `${step}, ${run} of ${runs}` : step))
  const byName = Map.groupBy(uses, ({ name }) => name)
  return Object.fromEntries(everyFunction.toSorted().map((name) => [name, useOf(name, byName.get(name) ?? [])]))
}

type OnUse = (name: string, use: EnvironmentUse) => void

async function measureOnce(workload: Workload, onUse: OnUse, onProgress: (step: string) => void): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-memory-'))
  try {
    const stack = await startSteadfast({
      assemblyDir: await synthesizeApp(onProgress, { malwareScan: 'guardduty' }),
      dataDir,
      port: 0,
      log: quiet,
      onProgress,
      workers: { onUse },
    })
    await useEveryFunction(stack, openTarget({ dataDir }), workload, onProgress).finally(stack.stop)
    await useTokenFunction(join(dataDir, 'tokens'), workload.rounds, onUse)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

interface NamedUse extends EnvironmentUse {
  name: string
}

/** No emulator has user pools, so this function runs beside the stack. */
async function useTokenFunction(dir: string, rounds: number, onUse: OnUse): Promise<void> {
  const name = 'add-token-claims'
  await bundle({ names: [name], rootDir, outDir: join(dir, 'bundle') })
  const pool = createLambdaPool({ dataDir: dir, endpointUrl: 'http://127.0.0.1:1', log: quiet, onUse })
  try {
    const environment = { POWERTOOLS_SERVICE_NAME: name, LOG_LEVEL: 'INFO' }
    const settings = { handler: entryPoint, environment, timeoutSeconds: 5, memoryMb: 512, roleName: name }
    pool.deploy({ name, codeDir: join(dir, 'bundle', name), ...settings })
    for (let round = 0; round < rounds; round++) await pool.invoke(name, tokenEvent)
  } finally {
    await pool.stop()
  }
}

function useOf(name: string, uses: readonly NamedUse[]): FunctionUse {
  const byEnvironment = [...Map.groupBy(uses, ({ environment }) => environment).values()]
  const invocations = byEnvironment.map((parts) => parts.filter(({ phase }) => phase === 'invocation'))
  if (!invocations.some(({ length }) => length > 1))
    throw new Error(`${name} was not called twice in one environment: call it in commands/cost/use-every-function.ts`)
  const cold = byEnvironment.flatMap((parts) => {
    const [init, first] = [parts.find(({ phase }) => phase === 'init'), parts.find(({ phase }) => phase !== 'init')]
    return init && first ? [init.cpuMs + first.cpuMs] : []
  })
  const warm = invocations.flatMap(([, ...rest]) => rest.map(({ cpuMs }) => cpuMs))
  return {
    peakMb: Math.ceil(Math.max(...uses.map(({ peakBytes }) => peakBytes)) / 1_048_576),
    coldCpuMs: Math.ceil(percentile(50, cold)),
    warmCpuMs: Math.ceil(percentile(90, warm)),
    meanCpuMs: Number((warm.reduce((sum, ms) => sum + ms, 0) / warm.length).toFixed(1)),
  }
}

function percentile(percent: number, values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length * percent) / 100)] ?? 0
}
