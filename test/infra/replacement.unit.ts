import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { statefulTypes } from '../../infra/stateful-types.ts'
import { type Resource, resourcesOf, stageNames, templateText } from './synthesized.ts'

/**
 * What is lost when CloudFormation deletes or replaces a resource of this type. It replaces one when the logical id, the physical name or
 * a property in the last column of the manifest changes ("Update requires: Replacement", AWS CloudFormation template reference). Where a
 * stage retains the old resource, the deployment fails instead, because the name is taken.
 */
const losses: Record<string, string> = {
  ...Object.fromEntries(Object.entries(statefulTypes).map(([type, loss]) => [type.replace('AWS::', ''), loss])),
  'ApiGateway::Stage': 'the address of the API: every client needs the new one',
  'DynamoDB::Index': 'the index: every query of it fails until it is built again',
  'Lambda::Function': 'its published versions, which running sagas call',
  'Logs::LogGroup': 'the log until now',
  'SES::ConfigurationSet': 'bounces and complaints about mail that is on its way',
  'SNS::Topic': 'its subscriptions: it reaches nobody until people subscribe again',
}

const manifestFile = 'test/infra/deployed-resources.txt'

interface Line {
  /** `all` stages, or those on `aws`: all but local. */
  where: string
  stack: string
  id: string
  type: string
  /** Physical name, then what cannot change without a replacement. */
  identity: string
}

const manifest: Line[] = readFileSync(join(import.meta.dirname, '../..', manifestFile), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [where = '', stack = '', id = '', type = '', ...identity] = line.split(/ +/)
    return { where, stack, id, type, identity: identity.join(' ') }
  })

/** What deploying `actual` over the resources of the manifest would destroy, one sentence each. */
function destroyed(expected: Line[], actual: Line[]): string[] {
  const same = (one: Line) => (other: Line) => one.stack === other.stack && one.id === other.id
  const changes = expected.flatMap((line) => {
    const { stack, id, type, identity } = line
    const found = actual.find(same(line))
    const resource = `${stack}/${id} (${type} ${identity})`
    if (!found) return [`Deploying this deletes ${resource}, and with it ${losses[type]}.`]
    if (found.type === type && found.identity === identity) return []
    return [`Deploying this replaces ${resource} by "${found.type} ${found.identity}", and destroys ${losses[type]}.`]
  })
  const unlisted = actual.filter((line) => !expected.some(same(line)))
  const additions = unlisted.map(
    ({ stack, id, type, identity }) =>
      `${stack}/${id} is new. If nothing is deleted for it, add to ${manifestFile}: all ${stack} ${id} ${type} ${identity}`,
  )
  return [...changes, ...additions]
}

describe.each(stageNames)('a deployment to %s', (stage) => {
  it('deletes, replaces and renames nothing that holds data or has an address', () => {
    const expected = manifest.filter(({ where }) => where === 'all' || stage !== 'local')
    const actual = resourcesOf(stage).flatMap(toLines)
    expect(
      destroyed(
        expected,
        actual.filter(({ type }) => type in losses),
      ),
    ).toEqual([])
  })
})

function toLines(resource: Resource): Line[] {
  const { stack, id, Type, Properties } = resource
  const identity = [physicalName(Properties), ...immutableProperties(resource)].join(' ')
  const line = { where: 'all', stack, id, type: Type.replace('AWS::', ''), identity }
  const indexes = (Properties.GlobalSecondaryIndexes ?? []) as (KeySchema & { IndexName: string })[]
  return [
    line,
    ...indexes.map((index) => ({
      ...line,
      id: `${id}.${index.IndexName}`,
      type: 'DynamoDB::Index',
      identity: keysOf(index, Properties),
    })),
  ]
}

function physicalName({ Name, StageName, ...properties }: Record<string, unknown>): string {
  const [, name] = Object.entries(properties).find(([property]) => /^(?!Attribute|Host).*Name$/.test(property)) ?? []
  return templateText(name ?? Name ?? StageName ?? '-').replace(
    /steadfast([-/])(local|dev|staging|prod)/,
    'steadfast$1{stage}',
  )
}

/** Everything but the name that CloudFormation can change only by making the resource anew. */
function immutableProperties({ Type, Properties }: Resource): string[] {
  if (Type === 'AWS::SQS::Queue') return [Properties.FifoQueue ? 'fifo' : 'standard']
  if (Type === 'AWS::StepFunctions::StateMachine') return [String(Properties.StateMachineType)]
  if (Type !== 'AWS::DynamoDB::Table') return []
  const hasLocalIndexes = Properties.LocalSecondaryIndexes !== undefined
  return [keysOf(Properties as unknown as KeySchema, Properties), ...(hasLocalIndexes ? ['local indexes'] : [])]
}

interface KeySchema {
  KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[]
}

/** Partition key, then sort key, each with its type: `pk:S,sk:S`. */
function keysOf({ KeySchema }: KeySchema, { AttributeDefinitions }: Record<string, unknown>): string {
  const attributes = AttributeDefinitions as { AttributeName: string; AttributeType: string }[]
  return KeySchema.toSorted((a, b) => a.KeyType.localeCompare(b.KeyType))
    .map(
      ({ AttributeName: name }) => `${name}:${attributes.find((each) => each.AttributeName === name)?.AttributeType}`,
    )
    .join(',')
}
