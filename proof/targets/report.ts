import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'

const Outcome = z.object({
  suite: z.string(),
  name: z.string(),
  state: z.enum(['passed', 'failed', 'skipped']),
  reason: z.string().optional(),
  seconds: z.number(),
})

/** What a run of the target tests found: `npm run docs -- --targets` writes it, and the page of targets is made of it. */
export const TargetReport = z.object({
  /** Date of the run, UTC. */
  ranOn: z.iso.date(),
  node: z.string(),
  tests: z.array(Outcome),
})

export type TargetReport = z.infer<typeof TargetReport>
export type TargetOutcome = TargetReport['tests'][number]

export const reportPath = 'proof/targets/report.json'

/** The report of the last run that is kept; undefined before the first. Throws `ZodError` for a file of another form. */
export function readReport(): TargetReport | undefined {
  return existsSync(reportPath) ? TargetReport.parse(JSON.parse(readFileSync(reportPath, 'utf8'))) : undefined
}
