import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Runs `node infra/app.ts`, as the CDK CLI does. */
function synthesizeByProgram(context: Record<string, string>): Promise<{ code: number; stderr: string }> {
  const app = resolve(import.meta.dirname, '../../infra/app.ts')
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) }
  return new Promise((done) => {
    const program = execFile(process.execPath, [app], { env }, (_, __, stderr) =>
      done({ code: program.exitCode ?? 0, stderr }),
    )
  })
}

describe('the CDK app', () => {
  it('synthesizes no production stage without someone who hears its alarms, and one line says what to pass', async () => {
    const { code, stderr } = await synthesizeByProgram({ stage: 'prod' })
    expect(code).toBe(1)
    expect(stderr).toBe(
      'Nobody hears the alarms of stage "prod": pass --context alarmSubscriber=ADDRESS, an e-mail address or an https URL.\n',
    )
  })

  it('synthesizes no stage whose API would answer 503 to everything, as by a plain cdk deploy, and one line says what to do', async () => {
    const { code, stderr } = await synthesizeByProgram({})
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Stage "local" needs the public keys .* npm run deploy -- --target localstack.* --context stage=dev\.\n$/,
    )
  })

  it('says in one line which stages there are', async () => {
    const { code, stderr } = await synthesizeByProgram({ stage: 'test' })
    expect([code, stderr]).toEqual([1, 'Unknown stage "test": choose local, dev, staging, prod.\n'])
  })
})
