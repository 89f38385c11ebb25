import { Aspects } from 'aws-cdk-lib/core'
import { AwsSolutionsChecks } from 'cdk-nag'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type AcceptedFinding, acceptedFindings } from './accepted-findings.ts'
import { createApp, deployed, stageNames, synth } from './synthesized.ts'

interface Finding {
  rule: string
  path: string
  detail: string
}

function findingsOf(stage: (typeof stageNames)[number]): { findings: Finding[]; brokenRules: string[] } {
  const app = createApp(deployed(stage))
  const findings: Finding[] = []
  const brokenRules: string[] = []
  const ignore = () => {}
  const collector = {
    onCompliance: ignore,
    onNotApplicable: ignore,
    onSuppressed: ignore,
    onSuppressedError: ignore,
    onError: ({ ruleId, errorMessage }: { ruleId: string; errorMessage: string }) =>
      brokenRules.push(`${ruleId}: ${errorMessage}`),
    onNonCompliance: (found: { ruleId: string; findingId: string; resource: { node: { path: string } } }) =>
      findings.push({ rule: found.ruleId, path: found.resource.node.path, detail: found.findingId }),
  }
  Aspects.of(app).add(new AwsSolutionsChecks({ reports: false, additionalLoggers: [collector] }))
  synth(app)
  return { findings, brokenRules }
}

function covers(accepted: AcceptedFinding, { rule, path, detail }: Finding): boolean {
  return accepted.rule === rule && accepted.where.test(path) && (accepted.detail?.test(detail) ?? true)
}

afterEach(() => void vi.unstubAllEnvs())

describe.each(stageNames)('the templates of %s', (stage) => {
  it('are valid CloudFormation: property names, types, ranges and rules of the resource schemas', () => {
    vi.stubEnv('CDK_VALIDATION', undefined)
    const app = createApp(deployed(stage), { '@aws-cdk/core:validateAgainstDefaultRules': true })
    expect(() => synth(app)).not.toThrow()
  })
})

const byStage = Object.fromEntries(stageNames.map((stage) => [stage, findingsOf(stage)]))

describe.each(stageNames)("cdk-nag's AwsSolutions pack on %s", (stage) => {
  const { findings = [], brokenRules } = byStage[stage] ?? {}

  it('finds nothing but what is accepted with a reason', () => {
    expect(findings.filter((finding) => !acceptedFindings.some((accepted) => covers(accepted, finding)))).toEqual([])
  })

  it('can evaluate each of its rules', () => {
    expect(brokenRules).toEqual([])
  })
})

describe('the list of accepted findings', () => {
  it('holds no finding that is gone', () => {
    const found = Object.values(byStage).flatMap(({ findings }) => findings)
    const stale = acceptedFindings.filter((accepted) => !found.some((finding) => covers(accepted, finding)))
    expect(stale.map(({ rule, where }) => `${rule} ${where}`)).toEqual([])
  })
})
