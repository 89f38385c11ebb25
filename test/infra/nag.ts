import { Aspects } from 'aws-cdk-lib/core'
import { AwsSolutionsChecks } from 'cdk-nag'
import { type AcceptedFinding, acceptedFindings } from './accepted-findings.ts'
import { createApp, deployed, synth, type Variant } from './synthesized.ts'

/** What a rule of cdk-nag found. */
export interface Finding {
  rule: string
  path: string
  detail: string
}

/** What cdk-nag's AwsSolutions pack finds in a stage, and the rules that it could not evaluate. */
export function nagFindings(stage: Variant): { findings: Finding[]; brokenRules: string[] } {
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

export function covers(accepted: AcceptedFinding, { rule, path, detail }: Finding): boolean {
  return accepted.rule === rule && accepted.where.test(path) && (accepted.detail?.test(detail) ?? true)
}

/** Those that are not accepted with a reason. */
export function unanswered(findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => !acceptedFindings.some((accepted) => covers(accepted, finding)))
}
