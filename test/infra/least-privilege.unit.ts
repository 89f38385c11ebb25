import { describe, expect, it } from 'vitest'
import { stages } from '../../infra/stages.ts'
import { type Grant, grantsOf } from './statements.ts'
import { resourcesOf, stageNames } from './synthesized.ts'

/** Who may do what with a table, from the table's side; an index and the stream count as the table. */
function on(grants: Grant[], table: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { role, action, resource } of grants)
    if (action.startsWith('dynamodb:') && new RegExp(`["t]${table}[0-9A-F]{8}`).test(resource)) {
      const roles = found[action.replace('dynamodb:', '')] ?? []
      found[action.replace('dynamodb:', '')] = [...new Set([...roles, role])].sort()
    }
  return found
}

const writers = [
  'add-comment',
  'assign-ticket',
  'change-status',
  'create-ticket',
  'create-user',
  'deactivate-user',
  'follow-ticket',
  'put-webhook',
  'reconcile-consumers',
  'record-bounce',
  'remove-webhook',
  'request-attachment',
  'resume-saga',
  'set-preferences',
  'unassign-tickets',
  'unfollow-ticket',
]

/** And the step that makes a file part of its ticket, whose request key is its fence. */
const committers = [...writers, 'run-attachment-step'].sort()

/** Who has to do with uploads as they come in. */
const ofUploads = ['record-upload', 'run-attachment-step', 'sweep-uploads']

describe.each(stageNames)('the roles of %s', (stage) => {
  const grants = grantsOf(stage)
  const ifScanned = (...roles: string[]) => (stages[stage].malwareScan ? roles : [])
  /** Who may note something on an attachment, which has no event of its own. */
  const ofAttachments = [...ifScanned('record-scan'), ...ofUploads]

  it('let nobody change or remove an event, by any action', () => {
    const { GetItem, PutItem, Query, ...others } = on(grants, 'Events')
    expect(GetItem).toEqual(['get-saga', 'run-webhook-step'])
    expect(PutItem).toEqual(committers)
    expect(Query).toEqual(['list-events', 'project-views', 'reconcile-consumers', 'start-saga', 'unassign-tickets'])
    expect(others).toEqual({
      DescribeStream: ['watch-events'],
      GetRecords: ['watch-events'],
      GetShardIterator: ['watch-events'],
      ListStreams: ['watch-events'],
    })
  })

  it('use no batch write, no PartiQL and no table administration anywhere', () => {
    const allowed = /^dynamodb:(GetItem|PutItem|UpdateItem|DeleteItem|ConditionCheckItem|Query|Scan)$/
    const streams = /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/
    const actions = grants.map(({ action }) => action).filter((action) => action.startsWith('dynamodb:'))
    expect(actions.filter((action) => !allowed.test(action) && !streams.test(action))).toEqual([])
  })

  it('let the write path, and it alone, open a request key and an outbox row', () => {
    // A notice has no event: its reading is a request key and a mark.
    const keyed = [...writers, 'read-notice'].sort()
    expect(on(grants, 'RequestKeys')).toEqual({ GetItem: keyed, PutItem: keyed })
    expect(on(grants, 'Outbox')).toEqual({
      PutItem: committers,
      DeleteItem: ['relay-outbox', 'sweep-outbox'],
      Scan: ['sweep-outbox'],
      DescribeStream: ['relay-outbox'],
      GetRecords: ['relay-outbox'],
      GetShardIterator: ['relay-outbox'],
      ListStreams: ['relay-outbox'],
    })
  })

  it('let only unfollowing and removing a webhook remove a row of the truth, and only uploads update one', () => {
    const { DeleteItem, UpdateItem, PutItem } = on(grants, 'Tickets')
    expect({ DeleteItem, UpdateItem, PutItem }).toEqual({
      DeleteItem: ['remove-webhook', 'unfollow-ticket'],
      UpdateItem: ofAttachments,
      PutItem: committers,
    })
  })

  it('let each subscriber read its own queue and nobody else', () => {
    const readers = grants.filter(({ action }) => action === 'sqs:ReceiveMessage')
    expect(readers.map(({ role, resource }) => [role, resource.match(/"(\w+)Queue[0-9A-F]{8}"/)?.[1]])).toEqual([
      ['start-saga', 'StartSaga'],
      ['wake-saga', 'WakeSaga'],
      ['project-views', 'ProjectViews'],
      ['unassign-tickets', 'UnassignTickets'],
    ])
  })

  it('let only relay and sweeper send to subscribers, only who keeps sagas start and wake them, only saga steps send mail', () => {
    const who = (action: string, resource = /./) =>
      [
        ...new Set(
          grants.filter((grant) => grant.action === action && resource.test(grant.resource)).map(({ role }) => role),
        ),
      ].sort()
    expect(who('sqs:SendMessage', /\w+Queue[0-9A-F]{8}/)).toEqual(['relay-outbox', 'sweep-outbox'])
    expect(who('states:StartExecution')).toEqual(['reconcile-sagas', 'start-saga', 'wake-saga'])
    expect(who('states:DescribeExecution')).toEqual(['reconcile-sagas', 'wake-saga'])
    expect(who('states:StopExecution')).toEqual([])
    expect(who('ses:SendRawEmail')).toEqual(['run-notification-step'])
    expect(who('lambda:InvokeFunction')).toEqual(['attachment-saga', 'notification-saga', 'webhook-saga'])
    expect(who('states:SendTaskSuccess')).toEqual([...ofAttachments, 'reconcile-sagas', 'wake-saga'].sort())
  })

  it('let only the address for an upload write to quarantine, and only the saga to what was found clean', () => {
    const who = (action: string, prefix: string) =>
      grants.filter((each) => each.action === action && each.resource.includes(`/${prefix}/*`)).map(({ role }) => role)
    expect(who('s3:PutObject', 'quarantine')).toEqual(['get-attachment'])
    expect(who('s3:PutObject', 'clean')).toEqual(['run-attachment-step'])
    expect(who('s3:GetObject', 'quarantine')).toEqual(['run-attachment-step', ...ifScanned('malware-scan')])
    expect(who('s3:GetObject', 'clean').sort()).toEqual(['get-attachment', 'run-attachment-step'])
    expect(who('s3:DeleteObject', 'quarantine').sort()).toEqual(ofUploads)
    expect(who('s3:DeleteObject', 'clean').sort()).toEqual(['run-attachment-step', 'sweep-copies'])
    const ours = grants.filter(({ action }) => action.startsWith('s3:'))
    expect(ours.filter(({ resource }) => !/attachments-|"Bucket[0-9A-F]{8}"/.test(resource))).toEqual([])
  })

  it('hold no wildcard action, and a wildcard resource only where AWS takes no other', () => {
    expect(grants.filter(({ action }) => action.includes('*'))).toEqual([])
    const wide = grants.filter(({ resource }) => resource === '"*"')
    expect(wide.filter(({ role, action }) => !role.endsWith('-saga') || !action.startsWith('logs:'))).toEqual([])
  })

  it('are each used by one function, and stand alone: no policy beside them', () => {
    const roleOf = ({ Properties }: { Properties: Record<string, unknown> }) => JSON.stringify(Properties.Role)
    const used = resourcesOf(stage, 'AWS::Lambda::Function').map(roleOf)
    expect(new Set(used).size).toBe(used.length)
    expect(resourcesOf(stage, 'AWS::IAM::Policy')).toEqual([])
  })
})
