import { describe, expect, it } from 'vitest'
import { archiverAccess } from '../../app/archive/archiver-access.ts'
import type { Access } from '../../app/catalogue/access.ts'
import { stages } from '../../infra/stages.ts'
import { accessOf } from '../../proof/schema/access.ts'
import { expectedGrants } from './expected-grants.ts'
import { type Grant, grantsOf, operatorGrantsOf } from './grants.ts'
import { readable, resourcesOf, shortId, shortName, stageNames } from './synthesized.ts'

/** The roles that may use a table, by action. Its indexes and its stream count as the table. */
function rolesByAction(grants: Grant[], table: string): Record<string, string[]> {
  const roles: Record<string, string[]> = {}
  for (const { role, action, resource } of grants)
    if (action.startsWith('dynamodb:') && resource.split(/[./]/)[0] === table) {
      const name = action.replace('dynamodb:', '')
      roles[name] = [...new Set([...(roles[name] ?? []), role])].sort()
    }
  return roles
}

/** Functions that commit a change with its event and outbox row under a request key. */
const writersOfEveryStage = [
  'add-comment',
  'assign-ticket',
  'change-status',
  'correct-ticket',
  'create-ticket',
  'create-user',
  'deactivate-user',
  'follow-ticket',
  'lift-mail-suppression',
  'put-hold',
  'put-sla-policy',
  'put-webhook',
  'reconcile-consumers',
  'reconcile-data',
  'record-bounce',
  'redrive-blocked',
  'release-hold',
  'remove-attachment',
  'remove-webhook',
  'request-attachment',
  'request-resumption',
  'resume-saga',
  'rotate-webhook-secret',
  'run-saga-now',
  'set-preferences',
  'sweep-copies',
  'unassign-tickets',
  'unfollow-ticket',
  'wake-saga',
]

/** Functions that deal with an upload as it arrives. */
const uploadHandlers = ['record-upload', 'run-attachment-step', 'sweep-uploads']

describe.each(stageNames)('the roles of %s', (stage) => {
  const grants = grantsOf(stage)
  const ifScanned = (...roles: string[]) => (stages[stage].malwareScan ? roles : [])
  const writers = [...writersOfEveryStage, ...ifScanned('record-scan')]
  // With the saga steps that make a file part of its ticket or remove it: their fences take the place of the request key.
  const committers = [...writers, 'run-attachment-step', 'run-removal-step'].sort()

  it('let nobody change or remove an event, by any action: history is append-only', () => {
    const { GetItem, PutItem, Query, ...others } = rolesByAction(grants, 'Events')
    expect(GetItem).toEqual(['get-saga', 'reconcile-consumers', 'reconcile-data', 'run-webhook-step'])
    expect(PutItem).toEqual(committers)
    expect(Query).toEqual([
      'correct-ticket',
      'get-ticket-sla',
      'list-events',
      'project-views',
      'reconcile-consumers',
      'reconcile-data',
      'start-saga',
      'unassign-tickets',
    ])
    expect(others).toEqual({
      DescribeStream: ['watch-events'],
      GetRecords: ['watch-events'],
      GetShardIterator: ['watch-events'],
      ListStreams: ['watch-events'],
    })
  })

  it('let nobody do more with the ledger of runs than add to it', () => {
    expect(rolesByAction(grants, 'Runs')).toEqual({ PutItem: ['reconcile-data'] })
  })

  it('let only the write path create request keys and outbox rows, and only relay and sweep delete an outbox row', () => {
    // Reading a notice is idempotent too, and changes nothing that has events.
    const keyed = [...writers, 'read-notice'].sort()
    expect(rolesByAction(grants, 'RequestKeys')).toEqual({ GetItem: keyed, BatchGetItem: keyed, PutItem: keyed })
    expect(rolesByAction(grants, 'Outbox')).toEqual({
      PutItem: committers,
      DeleteItem: ['relay-outbox', 'sweep-outbox'],
      Scan: ['sweep-outbox'],
      DescribeStream: ['relay-outbox'],
      GetRecords: ['relay-outbox'],
      GetShardIterator: ['relay-outbox'],
      ListStreams: ['relay-outbox'],
    })
  })

  it('let only unfollow-ticket and remove-webhook delete a row of Tickets, and only uploads, removals and resumptions update one', () => {
    const { DeleteItem, UpdateItem, PutItem } = rolesByAction(grants, 'Tickets')
    expect({ DeleteItem, UpdateItem, PutItem }).toEqual({
      DeleteItem: ['remove-webhook', 'unfollow-ticket'],
      UpdateItem: [
        ...ifScanned('record-scan'),
        ...uploadHandlers,
        'reconcile-consumers',
        'remove-attachment',
        'run-removal-step',
        'sweep-copies',
        'wake-saga',
      ].sort(),
      // It resumes in the name of somebody who is a user already.
      PutItem: committers.filter((name) => name !== 'wake-saga'),
    })
  })

  it('hold no batch write, no PartiQL and no table administration', () => {
    const items = [
      'GetItem',
      'BatchGetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'ConditionCheckItem',
      'Query',
      'Scan',
    ]
    const streams = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']
    const allowed = [...items, ...streams].map((action) => `dynamodb:${action}`)
    const held = grants.filter(({ action }) => action.startsWith('dynamodb:') && !allowed.includes(action))
    expect(held).toEqual([])
  })

  it('allow each function exactly the table access that app/functions.ts lists for it', () => {
    for (const [name, access] of Object.entries(accessOf)) {
      const expected = grantsOnTables(access)
      const actual = grants.filter(
        ({ role, action, resource }) =>
          role === name && action.startsWith('dynamodb:') && !resource.endsWith('.StreamArn'),
      )
      const isDeployed = name !== 'record-scan' || stages[stage].malwareScan
      expect(actual.map(({ action, resource }) => `${action} ${resource}`).sort(), name).toEqual(
        isDeployed ? expected.sort() : [],
      )
    }
  })

  it('allow beyond tables only what is listed here: reading its queue, sending, calling back, objects by prefix', () => {
    const { mailFrom, hasMailEvents } = stages[stage]
    const [, domain = ''] = mailFrom.split('@')
    const identities = [
      `identity/${mailFrom}`,
      `identity/${domain}`,
      ...(hasMailEvents ? ['configuration-set/mail'] : []),
    ]
    const expected = expectedGrants(identities, stage !== 'local')
    const roles = resourcesOf(stage, 'AWS::IAM::Role').map(shortName)
    expect(Object.keys(expected).filter((role) => !roles.includes(role))).toEqual([])
    for (const role of roles) {
      const others = grants.filter(
        (grant) => grant.role === role && !isTableOrStream(grant) && !isOwnLog(grant) && !isTrace(grant),
      )
      const lines = others.map(({ action, resource, condition }) =>
        [action, resource, ...(condition ? [`if ${condition}`] : [])].join(' '),
      )
      expect(lines.sort(), role).toEqual((expected[role] ?? []).sort())
    }
  })

  it('hold no wildcard action, and a wildcard resource only where AWS takes no other', () => {
    expect(grants.filter(({ action }) => action.includes('*'))).toEqual([])
    const wide = grants.filter(({ resource }) => resource === '*')
    const takesNoResource = ({ role, action }: Grant) =>
      action.startsWith('xray:') || (role.endsWith('-saga') && action.startsWith('logs:'))
    expect(wide.filter((grant) => !takesNoResource(grant))).toEqual([])
  })

  it('belong to one function each, which writes its own log', () => {
    for (const fn of resourcesOf(stage, 'AWS::Lambda::Function')) {
      expect(readable(fn.Properties.Role), fn.id).toBe(`${shortId(fn.id)}Role`)
      const logs = grants.filter(({ role, action }) => role === shortName(fn) && action.startsWith('logs:'))
      expect(
        logs.map(({ action, resource }) => `${action} ${resource}`),
        fn.id,
      ).toEqual(['CreateLogStream', 'PutLogEvents'].map((action) => `logs:${action} ${shortId(fn.id)}Log`))
    }
  })

  it('can each be assumed by the one AWS service that needs it, and by no account or person', () => {
    for (const role of resourcesOf(stage, 'AWS::IAM::Role'))
      expect(role.Properties.AssumeRolePolicyDocument, role.id).toMatchObject({
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: serviceOf(shortName(role)) } }],
      })
  })

  it('leave archiving to whom an administrator attaches its policy: exactly what the command does, and no event is changed', () => {
    const grants = operatorGrantsOf(stage)
    const tables = grantsOnTables(archiverAccess)
    const objects = ['s3:GetObject Archive/events/*', 's3:PutObject Archive/events/*', 's3:ListBucket Archive']
    expect(grants.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(
      stage === 'local' ? [] : [...tables, ...objects].sort(),
    )
    expect(grants.filter(({ action }) => action.includes('*') || action.endsWith('UpdateItem'))).toEqual([])
  })

  it('hold no managed policy, except the one of AWS for the access log of the API', () => {
    const managed = resourcesOf(stage, 'AWS::IAM::Role').flatMap(({ Properties }) =>
      ((Properties.ManagedPolicyArns ?? []) as unknown[]).map(readable),
    )
    const forLogs = 'iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'
    expect(managed).toEqual(stage === 'local' ? [] : [forLogs])
  })
})

function grantsOnTables(access: Access): string[] {
  return Object.entries(access).flatMap(([table, actions]) =>
    actions.map((action) => {
      const [operation, index] = action.split(' ')
      return `dynamodb:${operation} ${table}${index ? `/index/${index}` : ''}`
    }),
  )
}

const isTrace = ({ action }: Grant) => action.startsWith('xray:')
const isTableOrStream = ({ action }: Grant) => action.startsWith('dynamodb:')
const isOwnLog = ({ action }: Grant) => /^logs:(CreateLogStream|PutLogEvents)$/.test(action)

function serviceOf(role: string): string {
  if (role in accessOf) return 'lambda.amazonaws.com'
  if (role === 'RestApiCloudWatchRole') return 'apigateway.amazonaws.com'
  return role === 'malware-scan' ? 'malware-protection-plan.guardduty.amazonaws.com' : 'states.amazonaws.com'
}
