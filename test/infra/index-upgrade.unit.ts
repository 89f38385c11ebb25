import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App, Stack } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { keepRetiredIndexes, table } from '../../infra/constructs/table.ts'
import { stages } from '../../infra/stages.ts'
import { retiredIndexes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'

const names = Object.keys(retiredIndexes) as TableName[]

/** Names of the indexes of a table, as one of the two deployments has them. */
function indexesOf(name: TableName, context: Record<string, string>): string[] {
  const stack = new Stack(new App({ context, treeMetadata: false, analyticsReporting: false }), 'Data')
  table(stack, name, { stage: stages.dev, codeOf: () => Code.fromInline('//') })
  const [{ Properties } = { Properties: {} }] = Object.values(
    Template.fromStack(stack).findResources('AWS::DynamoDB::Table'),
  )
  return Properties.GlobalSecondaryIndexes.map(({ IndexName }: { IndexName: string }) => IndexName)
}

describe('an upgrade that replaces an index', () => {
  it.each(names)(
    'adds one index of %s in the first deployment and removes one in the second, as DynamoDB allows',
    (name) => {
      const retired = (retiredIndexes[name] ?? []).map((index) => index.name)
      const last = indexesOf(name, {})
      const between = indexesOf(name, { [keepRetiredIndexes]: 'true' })
      expect(between.filter((index) => !last.includes(index))).toEqual(retired)
      expect(last.every((index) => between.includes(index))).toBe(true)
      expect(retired).toHaveLength(1)
      expect(last).not.toContain(retired[0])
    },
  )
})
