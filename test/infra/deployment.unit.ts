import { describe, expect, it } from 'vitest'
import { cdkSteps, emulatorDeployment, flatOutputs } from '../../commands/deploy/deployment.ts'

const paths = { assembly: '/build/cdk.out', outputs: '/build/outputs.json' }
const keySet = '{"keys":[{"kty":"EC","x":"a=b:c"}]}'
const tokens = { JwtIssuer: 'https://steadfast.local', JwtAudience: 'steadfast', JwtKeySet: keySet }

describe('a deployment to an emulator', () => {
  const deployment = emulatorDeployment('http://127.0.0.1:4599', tokens)

  it('synthesizes once, then bootstraps and deploys that assembly', () => {
    const { synth, bootstrap, deploy } = cdkSteps(deployment, paths)
    expect(synth).toEqual([
      'synth',
      '--quiet',
      '--output',
      '/build/cdk.out',
      '--context',
      'stage=local',
      '--context',
      'keySet=parameter',
    ])
    expect(bootstrap).toEqual(['bootstrap', 'aws://000000000000/us-east-1', '--app', '/build/cdk.out'])
    expect(deploy.slice(0, 6)).toEqual([
      'deploy',
      '--all',
      '--app',
      '/build/cdk.out',
      '--outputs-file',
      '/build/outputs.json',
    ])
  })

  it('says in the outputs which revision is deployed, where it is known', () => {
    expect(cdkSteps({ ...deployment, revision: 'abc1234' }, paths).synth.slice(-2)).toEqual([
      '--context',
      'revision=abc1234',
    ])
  })

  it('passes the public keys on unchanged, whatever characters they contain', () => {
    expect(cdkSteps(deployment, paths).deploy).toContain(`steadfast-local-api:JwtKeySet=${keySet}`)
  })

  it('never reaches a real account: it replaces endpoint and credentials of the environment', () => {
    expect(deployment.env).toMatchObject({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4599',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
    })
  })
})

describe('a deployment to AWS', () => {
  it('asks before it widens permissions, and keeps parameters that are not given', () => {
    const parameters = { JwtIssuer: undefined, JwtAudience: 'helpdesk' }
    const { bootstrap, deploy } = cdkSteps({ stage: 'prod', env: {}, parameters, asks: true }, paths)
    expect(bootstrap).toEqual(['bootstrap', '--app', '/build/cdk.out'])
    expect(deploy).toContain('broadening')
    expect(deploy.slice(-2)).toEqual(['--parameters', 'steadfast-prod-api:JwtAudience=helpdesk'])
  })

  it('uses the sender and the malware scan of the stage unless others are given, and subscribes who hears alarms', () => {
    const synth = (others: { alarmSubscriber?: string; mailFrom?: string; malwareScan?: string; context?: string[] }) =>
      cdkSteps({ stage: 'prod', env: {}, parameters: {}, asks: true, ...others }, paths).synth.slice(4)
    const always = ['--context', 'stage=prod', '--context', 'keySet=parameter']
    expect(synth({})).toEqual(always)
    const given = ['--context', 'mailFrom=a@b.example', '--context', 'malwareScan=off']
    expect(synth({ mailFrom: 'a@b.example', malwareScan: 'off' }).slice(always.length)).toEqual(given)
    const context = ['budgetUsd=200', 'encryptionKey=customer']
    expect(synth({ context }).slice(always.length)).toEqual(['--context', context[0], '--context', context[1]])
    const subscriber = 'https://pager.example/in?a=b'
    expect(synth({ alarmSubscriber: subscriber }).slice(always.length)).toEqual([
      '--context',
      `alarmSubscriber=${subscriber}`,
    ])
  })
})

describe('the outputs of a deployment', () => {
  const api = { ApiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com/api', ApiId: 'abc' }
  const data = { TicketsTable: 'steadfast-dev-tickets', ExportsOutputRefTickets: 'steadfast-dev-tickets' }

  it('are one flat object, without the exports between stacks', () => {
    expect(flatOutputs({ api, data })).toEqual({ ...api, TicketsTable: 'steadfast-dev-tickets' })
  })

  it('contain the address at which the emulator serves the API', () => {
    expect(flatOutputs({ api }, 'http://127.0.0.1:4566/').ApiUrl).toBe('http://127.0.0.1:4566/_aws/execute-api/abc/api')
  })

  it('are refused when they lack the address of the API', () => {
    expect(() => flatOutputs({ data })).toThrow('ApiUrl')
  })
})
