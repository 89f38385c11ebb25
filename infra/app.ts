import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { functionNames } from '../app/functions.ts'
import { bundle } from './bundle.ts'
import { chosenStage } from './chosen-stage.ts'
import { featureFlags } from './feature-flags.ts'
import { SettingError } from './stages.ts'
import { steadfast } from './steadfast.ts'

// Synthesizes the cloud assembly: run by the CDK CLI, or directly with `node infra/app.ts`. CDK context: `stage` (local, dev, staging,
// prod), `keySet` (parameter), `alarmSubscriber`, `budgetUsd`, `encryptionKey` (aws, customer), `identity` (cognito), `mailFrom`,
// `malwareScan` (guardduty, draining, off), `console` (on, off), `uploadSeconds`, `scanSeconds`, `tableSet`, `replacedTableSet`, `revision`
// (of the sources, for the outputs), `bundles` (none: functions without their code, for callers that only need the names of stacks).
const rootDir = resolve(import.meta.dirname, '..')
const outdir = resolve(process.env.CDK_OUTDIR ?? join(rootDir, 'cdk.out'))
const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
const context = (key: string): string | undefined => app.node.tryGetContext(key)
const stage = orOneLine(() => chosenStage(context))

const bundleDir = join(outdir, 'bundle')
const isBundled = context('bundles') !== 'none'
if (isBundled) await bundle({ names: functionNames(stage), rootDir, outDir: bundleDir })
orOneLine(() =>
  steadfast(app, {
    stage,
    codeOf: (name) => (isBundled ? Code.fromAsset(join(bundleDir, name)) : Code.fromInline(`// ${name}`)),
  }),
)
app.synth()
// Synthesis has copied every bundle into an asset.
await rm(bundleDir, { recursive: true, force: true })

/** A wrong or missing setting ends the program with one line: a stack trace would hide it. */
function orOneLine<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
