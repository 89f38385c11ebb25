import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { functionNames } from '../app/functions.ts'
import { bundle } from './bundle.ts'
import { featureFlags } from './feature-flags.ts'
import {
  SettingError,
  type Stage,
  stageNamed,
  withAlarmSubscriber,
  withBudget,
  withConsole,
  withEncryptionKey,
  withIdentity,
  withKeySet,
  withMalwareScan,
} from './stages.ts'
import { steadfast } from './steadfast.ts'

// Synthesizes the cloud assembly: run by the CDK CLI, or directly with `node infra/app.ts`. CDK context: `stage` (local, dev, staging,
// prod), `keySet` (parameter), `alarmSubscriber`, `budgetUsd`, `encryptionKey` (aws, customer), `identity` (cognito), `mailFrom`,
// `malwareScan` (guardduty, draining, off), `console` (on, off), `uploadSeconds`, `scanSeconds`, `tableSet`, `replacedTableSet`, `revision`
// (of the sources, for the outputs), `bundles` (none: functions without their code, for callers that only need the names of stacks).
const rootDir = resolve(import.meta.dirname, '..')
const outdir = resolve(process.env.CDK_OUTDIR ?? join(rootDir, 'cdk.out'))
const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
const context = (key: string): string | undefined => app.node.tryGetContext(key)
const stage = orOneLine(chosenStage)

const bundleDir = join(outdir, 'bundle')
const isBundled = context('bundles') !== 'none'
if (isBundled) await bundle({ names: functionNames(stage), rootDir, outDir: bundleDir })
orOneLine(() =>
  steadfast(app, {
    stage: { ...stage, mailFrom: context('mailFrom') ?? stage.mailFrom },
    codeOf: (name) => (isBundled ? Code.fromAsset(join(bundleDir, name)) : Code.fromInline(`// ${name}`)),
  }),
)
app.synth()
// Synthesis has copied every bundle into an asset.
await rm(bundleDir, { recursive: true, force: true })

function chosenStage(): Stage {
  const named = withMalwareScan(stageNamed(context('stage') ?? 'local'), context('malwareScan'))
  withKeySet(named, context('keySet'))
  const paid = withBudget(named, context('budgetUsd'))
  const encrypted = withEncryptionKey(paid, context('encryptionKey'))
  const identified = withIdentity(encrypted, context('identity'))
  return withAlarmSubscriber(withConsole(identified, context('console')), context('alarmSubscriber'))
}

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
