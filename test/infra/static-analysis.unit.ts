import { afterEach, describe, expect, it, vi } from 'vitest'
import { sample } from '../fixtures/sample.ts'
import { acceptedFindings } from './accepted-findings.ts'
import { covers, nagFindings, unanswered } from './nag.ts'
import { createApp, deployed, stageNames, synth } from './synthesized.ts'

afterEach(() => void vi.unstubAllEnvs())

/** Production, and one other: stages differ in numbers (ADR 28), and `npm run test:long -- scanners` looks at every one of them. */
const sampled = [
  ...sample(
    stageNames.filter((stage) => stage !== 'prod'),
    1,
  ),
  'prod',
] as const

describe.each(sampled)('the templates of %s', (stage) => {
  it('are valid CloudFormation: property names, types, ranges and rules of the resource schemas', () => {
    vi.stubEnv('CDK_VALIDATION', undefined)
    const app = createApp(deployed(stage), { '@aws-cdk/core:validateAgainstDefaultRules': true })
    expect(() => synth(app)).not.toThrow()
  })
})

const byStage = Object.fromEntries(sampled.map((stage) => [stage, nagFindings(stage)]))

describe.each(sampled)("cdk-nag's AwsSolutions pack on %s", (stage) => {
  const { findings = [], brokenRules } = byStage[stage] ?? {}

  it('finds nothing but what is accepted with a reason', () => {
    expect(unanswered(findings)).toEqual([])
  })

  it('can evaluate each of its rules', () => {
    expect(brokenRules).toEqual([])
  })
})

describe('the list of accepted findings', () => {
  it('holds no finding that is gone', () => {
    const found = Object.values(byStage).flatMap(({ findings }) => findings)
    const ofEveryStage = acceptedFindings.filter(({ onlyIn }) => onlyIn === undefined)
    const stale = ofEveryStage.filter((accepted) => !found.some((finding) => covers(accepted, finding)))
    expect(stale.map(({ rule, where }) => `${rule} ${where}`)).toEqual([])
  })
})
