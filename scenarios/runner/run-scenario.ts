import { setTimeout as sleep } from 'node:timers/promises'
import { readAttempts } from '../../proof/check/attempts-log.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, runCheck } from '../../proof/check/run-check.ts'
import { readStoredDataId } from '../../proof/stored-data-id.ts'
import type { Target } from '../../proof/target.ts'
import type { Claim } from './context/claims.ts'
import { type ContextOptions, type OpenContext, openContext } from './context/open-context.ts'
import type { Scenario } from './scenario.ts'
import type { StepRecord } from './step.ts'

/** Everything about one run of a scenario. */
export interface ScenarioResult {
  name: string
  title: string
  shows: string
  guard: string
  invariants: readonly number[]
  targets: Scenario['targets']
  steps: StepRecord[]
  claims: Claim[]
  faults: { name: string; does: string; at: string; fired: number }[]
  verdict: ScenarioVerdict
  seconds: number
}

export interface ScenarioVerdict {
  holds: boolean
  /** The invariants that were attacked and hold. */
  proven: { number: number; promise: string }[]
  /** Why the verdict does not hold: a story that stopped, a fault that never fired, a failed claim, a broken invariant. */
  broken: string[]
  /** The numbers of all broken invariants, attacked or not. */
  brokenInvariants: number[]
}

export interface RunOptions extends ContextOptions {
  /** Called after the last step; the check of what is stored waits for it. */
  onCheck?: () => void | Promise<void>
  /** How long the check waits for suspects to turn out well; ten seconds by default. */
  checkTimeoutMs?: number
}

/** The time between two readings of what is stored, while there are suspects. */
const graceMs = 250

/**
 * Runs a scenario and judges it by its claims, by every invariant over everything stored, and by whether each of its faults fired. An
 * error in the story makes the verdict broken. Throws only when the signal aborts it; before, its faults are removed, and what it damaged
 * is repaired.
 */
export async function runScenario(
  scenario: Scenario,
  target: Target,
  { onCheck, checkTimeoutMs = 10_000, ...options }: RunOptions = {},
): Promise<ScenarioResult> {
  const startedAtMs = performance.now()
  const { name, title, shows, guard, invariants, targets } = scenario
  const broken: string[] = []
  const context = await openContext(target, name, { run: Date.now().toString(36), ...options })
  try {
    await scenario.story(context)
  } catch (error) {
    broken.push(`the story stopped: ${(error as Error).message}`)
  }
  const rules = await context.close()
  if (options.signal?.aborted) {
    await context.repair().catch((error: Error) => {
      throw new Error(
        `stopped while data of tenant ${context.tenant} is damaged on purpose, and it can't be repaired (${error.message}): npm start -- --fresh starts with empty data`,
      )
    })
    throw options.signal.reason
  }
  await onCheck?.()
  for (const rule of rules) if (rule.fired === 0) broken.push(`the fault ${rule.name} never fired`)
  for (const { says, holds, found } of context.claims) if (!holds) broken.push(`${says}: found ${found}`)

  const findings = await judgeStoredData(target, context, checkTimeoutMs).catch((error: Error): Finding[] => {
    broken.push(`the stored data cannot be read: ${error.message}`)
    return []
  })
  for (const { invariant, violations } of findings)
    for (const { subject, problem } of violations) broken.push(`invariant ${invariant.number}: ${subject} ${problem}`)
  return {
    name,
    title,
    shows,
    guard,
    invariants,
    targets,
    steps: context.steps,
    claims: context.claims,
    faults: rules.map((rule) => ({ name: rule.name, does: rule.fault.do, at: rule.at, fired: rule.fired })),
    verdict: {
      holds: broken.length === 0,
      proven: findings
        .filter(({ invariant, violations }) => invariants.includes(invariant.number) && violations.length === 0)
        .map(({ invariant: { number, promise } }) => ({ number, promise })),
      broken,
      brokenInvariants: findings.flatMap(({ invariant, violations }) =>
        violations.length > 0 ? [invariant.number] : [],
      ),
    },
    seconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
  }
}

async function judgeStoredData(
  target: Target,
  { attempts, viewReads }: Pick<OpenContext, 'attempts' | 'viewReads'>,
  timeoutMs: number,
): Promise<Finding[]> {
  const logged = readAttempts(target.dataDir, await readStoredDataId(target)).attempts
  const gather = () => gatherAll(target, [...logged, ...attempts], viewReads)
  return runCheck(gather, { graceMs, rounds: Math.ceil(timeoutMs / graceMs), sleep })
}
