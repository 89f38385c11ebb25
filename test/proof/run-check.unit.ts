import { describe, expect, it } from 'vitest'
import { type Evidence, gatherEvidence } from '../../proof/check/evidence.ts'
import { type Finding, formatVerdict, runCheck } from '../../proof/check/run-check.ts'
import { healthySystem } from './healthy-system.ts'

/** A gatherer whose n-th reading has `suspects[n]` suspects, the last number from then on; and how often it was asked. */
async function readings(suspects: readonly number[]) {
  const { store, nowMs, mails, objects } = await healthySystem()
  const healthy = await gatherEvidence(store, nowMs, [], mails, objects)
  let made = 0
  const gather = async (): Promise<Evidence> => {
    const count = suspects[Math.min(made++, suspects.length - 1)] ?? 0
    const attempts = Array.from({ length: count }, (_, n) => {
      return { key: `lost-${n}`, status: 201, copy: 0, outcome: 'answered', startedAtMs: nowMs, latencyMs: 1 } as const
    })
    return { ...healthy, attempts }
  }
  const run = async (rounds: number) => {
    const findings = await runCheck(gather, { graceMs: 0, rounds, sleep: async () => {} })
    return { violations: findings.flatMap(({ violations }) => violations).length, readings: made }
  }
  return { run }
}

describe('the verdict on stored data', () => {
  it.each([
    { what: 'nothing is suspect', suspects: [0], rounds: 3, violations: 0, readings: 1 },
    {
      what: 'suspects get fewer, however slow consumers are',
      suspects: [4, 4, 3, 3, 2, 2, 1, 1, 0],
      rounds: 3,
      violations: 0,
      readings: 9,
    },
    { what: 'suspects stay', suspects: [4, 2], rounds: 3, violations: 2, readings: 4 },
    {
      what: 'suspects come and go without getting fewer',
      suspects: [2, 3, 2, 3, 2, 3],
      rounds: 3,
      violations: 2,
      readings: 3,
    },
    { what: 'only one reading is wanted', suspects: [2, 1, 0], rounds: 1, violations: 2, readings: 1 },
    {
      what: 'suspects get fewer for ever',
      suspects: Array.from({ length: 90 }, (_, n) => 100 - n),
      rounds: 3,
      violations: 71,
      readings: 30,
    },
  ])(
    'waits as long as that helps and no longer when $what',
    async ({ suspects, rounds, violations, readings: made }) => {
      expect(await (await readings(suspects)).run(rounds)).toEqual({ violations, readings: made })
    },
  )
})

describe('the last lines of a check', () => {
  const finding = (problems: string[]) => ({
    invariant: { number: 1, promise: 'p', violations: () => [] },
    violations: problems.map((problem) => ({ subject: 's', problem })),
  })
  const waiting = { graceMs: 3_000, rounds: 11 }

  it('say that everything holds', () => {
    expect(formatVerdict([finding([]), finding([])] as Finding[], waiting)).toEqual(['all 2 invariants hold'])
  })

  it('say after how long it gave up, what that means and what to do, before the number of those that are broken', () => {
    const [why, number] = formatVerdict([finding([]), finding(['x', 'y'])] as Finding[], waiting)
    expect(why).toMatch(
      /^Gave up waiting: for 30 s no suspect was cleared, .* run the check again; else docs\/invariants\.md .*\.$/,
    )
    expect(number).toBe('1 of 2 invariants are broken')
  })
})
