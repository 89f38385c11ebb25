import { afterEach, describe, expect, it } from 'vitest'
import type { PolicyStatement } from '../../ports.ts'
import {
  closeFixtures,
  experimentFixture,
  experimentRole,
  onRoles,
  targets,
  template,
  wait,
} from './experiment-fixture.ts'

afterEach(closeFixtures)

describe('a template is refused', () => {
  it.each<[string, object, object, string, string]>([
    [
      'with an unknown action',
      { a: { ...wait(), actionId: 'aws:fis:nap' } },
      {},
      'ValidationException',
      'Invalid action ID: aws:fis:nap',
    ],
    [
      'with an action of a service that is not here',
      { a: { ...wait(), actionId: 'aws:dynamodb:global-table-pause-replication' } },
      {},
      'NotImplemented',
      'aws:dynamodb:global-table-pause-replication',
    ],
    [
      'without a duration',
      { a: { actionId: 'aws:fis:wait' } },
      {},
      'ValidationException',
      'lacks the parameter duration',
    ],
    [
      'with a duration below a minute',
      { a: wait({ parameters: { duration: 'PT59S' } }) },
      {},
      'ValidationException',
      'PT59S',
    ],
    [
      'with an unknown parameter',
      { a: wait({ parameters: { duration: 'PT1M', x: '1' } }) },
      {},
      'ValidationException',
      'no parameter x',
    ],
    [
      'with a percentage that is none',
      { a: onRoles('aws:fis:inject-api-throttle-error', { percentage: '0' }) },
      {},
      'ValidationException',
      'percentage',
    ],
    [
      'with a service that is not here',
      { a: onRoles('aws:fis:inject-api-throttle-error', { service: 'ec2' }) },
      {},
      'ValidationException',
      'service is not supported: ec2',
    ],
    [
      'with a target of the wrong type',
      { a: { ...onRoles('aws:fis:inject-api-throttle-error'), targets: { Roles: 'functions' } } },
      {},
      'ValidationException',
      'needs a target of type aws:iam:role',
    ],
    [
      'with actions that wait for each other',
      { a: wait({ startAfter: ['b'] }), b: wait({ startAfter: ['a'] }) },
      {},
      'ValidationException',
      'can never begin',
    ],
    [
      'with an alarm to stop at',
      { a: wait() },
      { stopConditions: [{ source: 'aws:cloudwatch:alarm' }] },
      'NotImplemented',
      'aws:cloudwatch:alarm',
    ],
    [
      'with a share of its targets',
      { a: wait() },
      { targets: { some: { ...targets.roles, selectionMode: 'COUNT(1)' } } },
      'NotImplemented',
      'COUNT(1)',
    ],
    ['without a role', { a: wait() }, { roleArn: undefined }, 'ValidationException', 'roleArn'],
  ])('%s', async (_, actions, more, error, message) => {
    const { create, ask } = await experimentFixture()
    const answer = await create(actions, more)
    expect(answer).toMatchObject({ error, body: { message: expect.stringContaining(message) } })
    expect((await ask('GET', '/experimentTemplates')).body).toEqual({ experimentTemplates: [] })
  })

  it('from who may not hand its role to FIS', async () => {
    const allow = (actions: string[]): PolicyStatement => ({ effect: 'Allow', actions, resources: ['*'] })
    const { ask } = await experimentFixture({ tester: [allow(['fis:*'])], passer: [allow(['fis:*', 'iam:PassRole'])] })
    const create = (key: string) => ask('POST', '/experimentTemplates', template({ only: wait() }), key)
    expect(await create('tester')).toMatchObject({
      error: 'AccessDeniedException',
      body: { message: expect.stringContaining(`iam:PassRole on resource: ${experimentRole}`) },
    })
    expect((await create('passer')).status).toBe(200)
  })
})
