import { describe, expect, it } from 'vitest'
import { failureReason } from '../../commands/deploy/failure-reason.ts'
import { stackProgressReader } from '../../commands/deploy/stack-progress.ts'

describe("the CDK CLI's output", () => {
  it('tells how far a deployment is: which stack of how many, and how many of its resources are done', () => {
    const read = stackProgressReader('Deploying')
    const shown = [
      'CDKToolkit |  3/15 | 1:21:16 PM | CREATE_COMPLETE | AWS::IAM::Role | LookupRole',
      'Sagas (steadfast-local-sagas): deploying... [2/5]',
      'steadfast-local-sagas |  0/61 | 1:21:18 PM | REVIEW_IN_PROGRESS   | AWS::CloudFormation::Stack | steadfast-local-sagas',
      'steadfast-local-sagas | 12/61 | 1:21:18 PM | CREATE_COMPLETE | AWS::IAM::Role | Sagas/Role',
      ' ✅  Sagas (steadfast-local-sagas)',
      'steadfast-dev-api: deploying... [5/5]',
    ].map((line) => read(line))
    const [sagas, api] = ['Deploying stack 2 of 5, steadfast-local-sagas', 'Deploying stack 5 of 5, steadfast-dev-api']
    expect(shown).toEqual([
      undefined,
      { step: sagas, detail: sagas },
      { step: sagas, detail: `${sagas}: 0 of 61 resources` },
      { step: sagas, detail: `${sagas}: 12 of 61 resources` },
      undefined,
      { step: api, detail: api },
    ])
  })

  it('tells how far a deletion is, whose events have no total', () => {
    const read = stackProgressReader('Destroying')
    read('Api (steadfast-local-api): destroying... [1/5]')
    expect(read('steadfast-local-api |   7 | 1:30:00 PM | DELETE_COMPLETE | AWS::Lambda::Function | x')?.detail).toBe(
      'Destroying stack 1 of 5, steadfast-local-api: 7 resources',
    )
  })

  it.each([
    [
      'the first resource that failed, not one that was cancelled because of it',
      [
        'steadfast-dev-data | 1/9 | 1:00:00 PM | CREATE_FAILED | AWS::SQS::Queue | Q Resource creation cancelled',
        'steadfast-dev-data | 1/9 | 1:00:00 PM | CREATE_FAILED | AWS::S3::Bucket | B The bucket exists already',
        ' ❌  Data (steadfast-dev-data) failed: ToolkitError: The stack failed to deploy',
      ],
      'steadfast-dev-data | 1/9 | 1:00:00 PM | CREATE_FAILED | AWS::S3::Bucket | B The bucket exists already',
    ],
    [
      'the stack that failed',
      ['❌  Api (steadfast-dev-api) failed: no credentials', 'Error: no credentials', '    at run (index.js:1:1)'],
      '❌ Api (steadfast-dev-api) failed: no credentials',
    ],
    [
      'an error',
      ['[Warning] x', 'ToolkitError: no bootstrap stack', '    at f (x.js:1)'],
      'ToolkitError: no bootstrap stack',
    ],
    [
      "the app's own line",
      ['Unknown stage "x": choose local.', 'node infra/app.ts: Subprocess exited with error 1'],
      'Unknown stage "x": choose local.',
    ],
    ['nothing', [], 'it printed nothing'],
  ])('tells in one line why it failed, by %s', (_, output, reason) => {
    expect(failureReason(output)).toBe(reason)
  })

  it('is cut where a reason is longer than a reader', () => {
    expect(failureReason([`Error: ${'x'.repeat(2_000)}`])).toHaveLength(501)
  })
})
