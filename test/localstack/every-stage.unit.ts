import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { afterAll, describe, expect, it } from 'vitest'
import { featureFlags } from '../../infra/feature-flags.ts'
import { type StageName, stages } from '../../infra/stages.ts'
import { steadfast } from '../../infra/steadfast.ts'
import { checkAccess } from '../../localstack/embedded/template/check-access.ts'
import { loadModel } from '../../localstack/embedded/template/load.ts'
import { malwareScans } from '../../localstack/steadfast/malware-scans/malware-scans.ts'

process.env.CDK_VALIDATION = 'false'

const workDir = mkdtempSync(join(tmpdir(), 'steadfast-every-stage-'))
afterAll(() => rmSync(workDir, { recursive: true }))

/** The cloud assembly of a stage; every function has the same bundle, which is never run. */
function assemblyOf(name: StageName): string {
  const codeDir = join(workDir, 'code')
  mkdirSync(codeDir, { recursive: true })
  writeFileSync(join(codeDir, 'index.js'), '')
  const outdir = join(workDir, name)
  const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
  steadfast(app, {
    stage: { ...stages[name], ...(name !== 'local' && { alarmSubscriber: 'alarms@steadfast.example' }) },
    codeOf: () => Code.fromAsset(codeDir),
  })
  app.synth()
  return outdir
}

describe('the embedded stack', () => {
  it.each(Object.keys(stages) as StageName[])(
    'takes every resource and property of stage %s, and finds that each role suffices',
    (name) => {
      const scans = malwareScans()
      const model = loadModel({
        assemblyDir: assemblyOf(name),
        parameters: { JwtIssuer: 'https://issuer.example', JwtAudience: 'steadfast', JwtKeySet: '' },
        endpointUrl: 'http://127.0.0.1:4566',
        functionVersion: () => 1,
        kinds: scans.kinds ?? {},
        events: scans.events ?? [],
      })
      expect(() => checkAccess(model)).not.toThrow()
      expect(() => scans.check?.(model)).not.toThrow()
      const queues = model.queues.map(({ arn }) => arn)
      expect(model.asyncInvokeConfigs.length).toBeGreaterThan(5)
      for (const { path, onFailureArn, maximumRetryAttempts } of model.asyncInvokeConfigs) {
        expect(queues, path).toContain(onFailureArn)
        expect(maximumRetryAttempts, path).toBe(2)
      }
    },
  )
})
