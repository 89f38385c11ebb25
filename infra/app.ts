import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { functionNames } from '../app/functions.ts'
import { bundle } from './bundle.ts'
import { featureFlags } from './feature-flags.ts'
import { scannedBy, stageOf } from './stages.ts'
import { steadfast } from './steadfast.ts'

// Synthesizes the cloud assembly, by the CDK CLI or directly: `node infra/app.ts`. Context: `stage` (local, dev,
// prod), `mailFrom`, `malwareScan` (guardduty, off), `uploadSeconds`, `scanSeconds`.
const rootDir = resolve(import.meta.dirname, '..')
const outdir = resolve(process.env.CDK_OUTDIR ?? join(rootDir, 'cdk.out'))
const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
const stage = scannedBy(app.node.tryGetContext('malwareScan'), stageOf(app.node.tryGetContext('stage') ?? 'local'))
const mailFrom: string = app.node.tryGetContext('mailFrom') ?? stage.mailFrom

const bundleDir = join(outdir, 'bundle')
await bundle({ names: functionNames(stage), rootDir, outDir: bundleDir })
steadfast(app, { stage: { ...stage, mailFrom }, codeOf: (name) => Code.fromAsset(join(bundleDir, name)) })
app.synth()
// Each asset has its own copy by now.
await rm(bundleDir, { recursive: true })
