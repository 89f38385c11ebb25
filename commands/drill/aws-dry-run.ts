import { kebabCase } from '../../infra/constructs/names.ts'
import { replacedTableSetKey, tableSetKey } from '../../infra/constructs/table-sets.ts'
import { type AwsStageName, SettingError } from '../../infra/stages.ts'
import { awsRestore, type RestoreStep } from '../../proof/drill/aws/aws-restore.ts'
import { deployedStage } from '../../proof/drill/aws/deployed-stage.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'
import { stageTemplates } from './stage-templates.ts'

export interface DryRun {
  stage: AwsStageName
  account: string
  region: string
  restoredTo: string
  damagedFrom?: string | undefined
  tableSet: string
  replacedTableSet: string
  /** The CDK context of the stage's deployments, but for the sets of tables. */
  context: Record<string, string>
}

/**
 * Every command of a restore of this stage on AWS, with the names of its synthesized templates. Executes none. Throws `SettingError` on
 * context that is wrong, names a set of tables, or lacks what the stage needs.
 */
export function awsDryRun({ stage, tableSet, replacedTableSet, ...rest }: DryRun): RestoreStep[] {
  const { account, region, context } = rest
  for (const key of [tableSetKey, replacedTableSetKey])
    if (context[key] !== undefined)
      throw new SettingError(
        `Leave --context ${key}=${context[key]} out: --replaced-table-set names the set in use, --table-set the new one.`,
      )
  const names = Object.keys(tableShapes) as TableName[]
  const of = (set: string) =>
    deployedStage(stage, stageTemplates(stage, { ...context, tableSet: set }), { account, region }, names, kebabCase)
  return awsRestore({ ...rest, before: of(replacedTableSet), after: of(tableSet), tableSet, replacedTableSet })
}
