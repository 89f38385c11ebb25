import { CfnOutput } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'

/** Outputs of a stack. Those of all stacks end up in one `outputs.json`, so a key is used only once in the whole app. */
export function outputs(scope: Construct, values: Record<string, string>): void {
  for (const [key, value] of Object.entries(values)) new CfnOutput(scope, key, { value })
}
