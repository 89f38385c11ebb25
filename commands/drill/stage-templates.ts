import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { chosenStage } from '../../infra/chosen-stage.ts'
import { featureFlags } from '../../infra/feature-flags.ts'
import type { AwsStageName } from '../../infra/stages.ts'
import { steadfast } from '../../infra/steadfast.ts'

/** A synthesized stack, as far as names are concerned. */
export interface StackTemplate {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>
}

/**
 * The templates of a stage with this CDK context, for their names: without the code of functions, and without a deployment. Throws
 * `SettingError` on context that is wrong, or lacks what the stage needs.
 */
export function stageTemplates(stage: AwsStageName, context: Record<string, string>): StackTemplate[] {
  const outdir = mkdtempSync(join(tmpdir(), `steadfast-${stage}-`))
  try {
    const app = new App({
      outdir,
      context: { ...featureFlags, ...context },
      analyticsReporting: false,
      treeMetadata: false,
    })
    const chosen = chosenStage((key) => ({ ...context, stage })[key])
    steadfast(app, { stage: chosen, codeOf: (name) => Code.fromInline(`// ${name}`) })
    return app.synth().stacks.map(({ template }) => template as StackTemplate)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
