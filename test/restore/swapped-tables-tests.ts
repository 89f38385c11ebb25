import { describe, expect, it } from 'vitest'
import { restoredTables } from '../../app/restore/restored-tables.ts'
import { type Replacement, refusals } from '../../commands/deploy/replacements.ts'
import { awsDryRun } from '../../commands/drill/aws-dry-run.ts'
import { stageTemplates } from '../../commands/drill/stage-templates.ts'
import { formatSteps } from '../../proof/drill/aws/aws-restore.ts'

type Outputs = Record<string, { Value: unknown; Export?: { Name: unknown } }>

/** Synthesizes a stage four times, so it is no test of the short run. */
export function testSwappedTables(): void {
  describe('a stage whose tables are replaced by a restored set', () => {
    const before = stageTemplates('dev', {})
    const both = stageTemplates('dev', { tableSet: 'r1', replacedTableSet: 'first' })
    const after = stageTemplates('dev', { tableSet: 'r1' })
    const tablesOf = (templates: typeof before) =>
      templates.flatMap(({ Resources }) =>
        Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
          Type === 'AWS::DynamoDB::Table' ? [[id, JSON.stringify(Properties)] as const] : [],
        ),
      )

    it('keeps the replaced tables as they are in the first deployment, beside those of the new set', () => {
      const deployed = new Map(tablesOf(both))
      for (const [id, properties] of tablesOf(before)) expect(deployed.get(id), id).toBe(properties)
      expect(deployed.size).toBe(2 * tablesOf(before).length)
      expect(new Map(tablesOf(after)).size).toBe(tablesOf(before).length)
    })

    it('keeps every export that other stacks import until then, with its value: CloudFormation changes none that is in use', () => {
      const exported = exportsOf(both)
      for (const [name, value] of exportsOf(before)) expect(exported.get(name), name).toBe(value)
      expect(exportsOf(before).size).toBeGreaterThan(10)
    })

    it('imports nothing of the replaced tables any more, so that the second deployment may delete or retain them', () => {
      const left = exportsOf(after)
      const imported = [...JSON.stringify(both).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name)
      expect(imported.length).toBeGreaterThan(10)
      expect(imported.filter((name) => !left.has(String(name)))).toEqual([])
    })

    it('is kept by a deployment that forgets the set: the command refuses it and names the set, and CloudFormation refuses it, too', () => {
      const next = new Map(tablesOf(before))
      const gone = tablesOf(after).flatMap(([logicalId]): Replacement[] =>
        next.has(logicalId) ? [] : [{ stack: 'data', type: 'AWS::DynamoDB::Table', logicalId, impact: 'destroy' }],
      )
      expect(refusals(gone, [])[0]).toContain('pass --context tableSet=r1')
      const left = exportsOf(before)
      const imported = [...JSON.stringify(after).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name)
      expect(imported.filter((name) => !left.has(String(name))).length).toBeGreaterThan(10)
    })

    it('refuses a set that replaces itself, and a name that is none', () => {
      expect(() => stageTemplates('dev', { tableSet: 'r1', replacedTableSet: 'r1' })).toThrow("can't replace itself")
      expect(() => stageTemplates('dev', { tableSet: 'R-1' })).toThrow('is no name of a table set')
    })

    it('has every name of the commands in its templates', () => {
      const steps = awsDryRun({
        stage: 'dev',
        account: '111122223333',
        region: 'eu-west-1',
        restoredTo: '2026-03-01T12:00:00.000Z',
        tableSet: 'r1',
        replacedTableSet: 'first',
        context: {},
      })
      const known = JSON.stringify([before, both])
      const calls = steps.flatMap(({ commands }) =>
        commands.flatMap((command) => (typeof command === 'string' ? [] : [command])),
      )
      const names = calls.flatMap(({ input }) =>
        [input.TableName, input.SourceTableName, input.TargetTableName, input.FunctionName].filter(
          (name) => name !== undefined,
        ),
      )
      const script = formatSteps(steps)
      for (const bucket of ['archive', 'attachments'])
        expect(script).toContain(`steadfast-dev-${bucket}-111122223333-eu-west-1`)
      expect(names.length).toBeGreaterThan(100)
      expect(names.filter((name) => !known.includes(`"${name}"`))).toEqual([])
      expect(new Set(names.map(String).filter((name) => name.endsWith('-r1'))).size).toBe(restoredTables.length)
    })

    it('has the functions that its settings bring, and none that they take away', () => {
      const functionsWith = (context: Record<string, string>) =>
        stageTemplates('dev', context).flatMap(({ Resources }) =>
          Object.values(Resources).flatMap(({ Type, Properties }) =>
            Type === 'AWS::Lambda::Function' ? [String(Properties?.FunctionName)] : [],
          ),
        )
      const chosen = functionsWith({ identity: 'cognito', malwareScan: 'off' })
      const usual = functionsWith({})
      expect(chosen.filter((name) => !usual.includes(name))).toEqual(['steadfast-dev-add-token-claims'])
      expect(usual.filter((name) => !chosen.includes(name))).toEqual(['steadfast-dev-record-scan'])
    })
  })
}

function exportsOf(templates: readonly object[]): Map<string, string> {
  const outputs = templates.flatMap((template) => Object.values((template as { Outputs?: Outputs }).Outputs ?? {}))
  return new Map(outputs.flatMap(({ Export, Value }) => (Export ? [[String(Export.Name), JSON.stringify(Value)]] : [])))
}
