import { asyncRetries } from '../../infra/limits.ts'
import { deadlineOf } from './delivery.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

/**
 * An asynchronous invocation of a function: when it throws or dies, it is tried twice more, after one and two minutes. Returns whether it
 * has ended well; if not, its event becomes a dead letter, or nobody has it any more.
 */
export async function invokeAsynchronously(
  simulation: Simulation,
  name: string,
  timeoutSeconds: number,
  work: (process: Process, deadlineMs: number) => Promise<unknown>,
): Promise<boolean> {
  for (let tries = 0; tries <= asyncRetries; tries++) {
    await simulation.scheduler.sleep(tries * 60_000)
    const { status } = await simulation.run(
      `${name} try ${tries + 1}`,
      (process) => work(process, deadlineOf(process, timeoutSeconds)),
      { timeoutMs: timeoutSeconds * 1_000 },
    )
    if (status === 'returned') return true
  }
  return false
}
