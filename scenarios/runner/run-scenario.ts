import { setTimeout } from 'node:timers/promises'
import { readAttempts } from '../../proof/check/attempts-log.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import { runCheck } from '../../proof/check/run-check.ts'
import type { Target } from '../../proof/target.ts'
import { type Claim, type ContextOptions, openContext, type StepRecord } from './context/context.ts'
import type { Scenario } from './scenario.ts'

/** What a scenario came to. */
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
  verdict: {
    holds: boolean
    /** The invariants that were attacked, and hold. */
    proven: { number: number; promise: string }[]
    /** Why it does not hold: broken invariants, claims and stories, and faults that struck nothing. */
    broken: string[]
    /** Numbers of the invariants that are broken, in order. */
    brokenInvariants: number[]
  }
  seconds: number
}

export interface RunOptions extends ContextOptions {
  /** After the last step, before what is stored is judged. */
  onJudge?: () => void | Promise<void>
  /** How long what is stored may take to settle, while it is judged; ten seconds by default. */
  judgeMs?: number
}

/** Between two readings of what is stored, while there are suspects. */
const graceMs = 250

/**
 * Plays a scenario and judges it: by its own claims, by every invariant over everything stored, and by whether its faults struck
 * at all. Never throws for what went wrong in the story: that is its verdict. When it is stopped, it lifts its faults and throws.
 */
export async function runScenario(
  scenario: Scenario,
  target: Target,
  { onJudge, judgeMs = 10_000, ...options }: RunOptions = {},
): Promise<ScenarioResult> {
  const startedAtMs = performance.now()
  const { name, title, shows, guard, invariants, targets } = scenario
  const run = Date.now().toString(36)
  const broken: string[] = []
  const context = await openContext(target, name, { run, ...options })
  try {
    await scenario.story(context)
  } catch (error) {
    broken.push(`the story stopped: ${(error as Error).message}`)
  }
  const rules = await context.close().catch((error: unknown) => {
    options.signal?.throwIfAborted()
    throw error
  })
  options.signal?.throwIfAborted()
  await onJudge?.()
  for (const { name: rule, fired } of rules) if (fired === 0) broken.push(`the fault ${rule} struck nothing`)
  for (const { says, holds, found } of context.claims) if (!holds) broken.push(`${says}: found ${found}`)

  const attempts = [...readAttempts(target.dataDir), ...context.attempts]
  const gather = () => gatherAll(target, attempts)
  const rounds = Math.ceil(judgeMs / graceMs)
  const findings = await runCheck(gather, { graceMs, rounds, sleep: setTimeout }).catch((error: Error) => {
    broken.push(`what is stored can't be read: ${error.message}`)
    return []
  })
  for (const { invariant, violations } of findings)
    for (const { subject, problem } of violations) broken.push(`invariant ${invariant.number}: ${subject} ${problem}`)
  return {
    ...{ name, title, shows, guard, invariants, targets },
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
