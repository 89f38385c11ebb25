import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type ExhaustiveOptions, type ExhaustiveResult, mergedParts, runExhaustively } from './exhaustive.ts'
import { merged, runSchedules, type SchedulesOptions, type SchedulesResult } from './run-schedules.ts'
import type { UseCase } from './use-cases.ts'

const program = join(import.meta.dirname, 'worker-process.ts')

/** What one worker does. */
export type Job =
  | { run: 'schedules'; options: Pick<SchedulesOptions, 'firstSeed' | 'count' | 'stride' | 'failuresMax'> }
  | {
      run: 'exhaustive'
      useCase: string
      options: Pick<ExhaustiveOptions, 'pairs' | 'pairsSeed' | 'failuresMax' | 'part'>
    }

/** What a worker sends: how many runs it has done, and its result in the end. */
export type FromWorker = { done: number } | { result: unknown }

interface JobsOptions {
  onProgress?: ((done: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * Runs one schedule for each seed from `firstSeed` on, in `workers` processes, each of which takes every `workers`th seed. The result is
 * that of one process, as no schedule depends on another.
 */
export async function runSchedulesInWorkers(
  options: Omit<SchedulesOptions, 'stride'>,
  workers: number,
): Promise<SchedulesResult> {
  const { firstSeed, count, failuresMax = 3, onProgress, signal } = options
  if (workers === 1) return runSchedules(options)
  const stride = Math.min(workers, count)
  const jobs = Array.from({ length: stride }, (_, index): Job => {
    const share = Math.floor((count - index - 1) / stride) + 1
    return { run: 'schedules', options: { firstSeed: firstSeed + index, count: share, stride, failuresMax } }
  })
  const parts = await runJobs<SchedulesResult>(jobs, { onProgress, signal })
  return merged(firstSeed, parts)
}

/** Runs a use case with every fault, and the chosen pairs of a part, shared by so many processes. */
export async function runExhaustivelyInWorkers(
  useCase: UseCase,
  options: ExhaustiveOptions,
  workers: number,
): Promise<ExhaustiveResult> {
  const { pairs, pairsSeed, failuresMax = 3, part = { number: 1, of: 1 }, onProgress, signal } = options
  if (workers === 1) return runExhaustively(useCase, options)
  const jobs = Array.from({ length: workers }, (_, index): Job => {
    // The parts of a part: of 2 workers on part 1 of 3, one takes part 1 of 6, the other part 4.
    const share = { number: part.number + index * part.of, of: part.of * workers }
    const pairsOfShare = pairs === 'points' ? pairs : Math.ceil(pairs / workers)
    return {
      run: 'exhaustive',
      useCase: useCase.name,
      options: { pairs: pairsOfShare, pairsSeed, failuresMax, part: share },
    }
  })
  const onDone = (runs: number) => onProgress?.({ runs })
  return mergedParts(await runJobs<ExhaustiveResult>(jobs, { onProgress: onDone, signal }))
}

async function runJobs<Result>(jobs: readonly Job[], { onProgress, signal }: JobsOptions): Promise<Result[]> {
  const done = jobs.map(() => 0)
  const children: ChildProcess[] = []
  try {
    return await Promise.all(
      jobs.map((job, index) => {
        const child = fork(program, [JSON.stringify(job)], {
          execArgv: [],
          serialization: 'advanced',
          ...(signal && { signal }),
        })
        children.push(child)
        return resultOf<Result>(child, (runs) => {
          done[index] = runs
          onProgress?.(done.reduce((sum, each) => sum + each, 0))
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
}

function resultOf<Result>(child: ChildProcess, onDone: (runs: number) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if ('result' in message) resolve(message.result as Result)
      else onDone(message.done)
    })
    child.on('error', reject)
    child.on('exit', (code, signalName) => reject(new Error(`a worker ended with ${signalName ?? `code ${code}`}`)))
  })
}
