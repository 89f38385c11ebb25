import { kebabCase } from '../../infra/constructs/names.ts'
import type { AwsStageName } from '../../infra/stages.ts'
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
}

/** Every command of a restore of this stage on AWS, with the names of its synthesized templates. Executes none. */
export function awsDryRun({ stage, tableSet, replacedTableSet, ...rest }: DryRun): RestoreStep[] {
  const { account, region } = rest
  const names = Object.keys(tableShapes) as TableName[]
  const of = (set: string) =>
    deployedStage(stage, stageTemplates(stage, { tableSet: set }), { account, region }, names, kebabCase)
  return awsRestore({ ...rest, before: of(replacedTableSet), after: of(tableSet), tableSet, replacedTableSet })
}
