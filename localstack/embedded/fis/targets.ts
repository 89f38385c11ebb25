import { accountId } from '../ports.ts'
import type { StackModel } from '../template/model.ts'

/** What an experiment may aim at. */
export interface Targets {
  functionOfArn(arn: string): string | undefined
  functionsOfRole(arn: string): string[]
}

/** The functions of a stack, by their ARNs and by the roles that they have. */
export function targetsIn({ functions }: StackModel): Targets {
  return {
    functionOfArn: (arn) => functions.find((one) => one.arn === arn.replace(/(:function:[^:]+):[^:]+$/, '$1'))?.name,
    functionsOfRole: (arn) =>
      functions.filter(({ roleName }) => arn === `arn:aws:iam::${accountId}:role/${roleName}`).map(({ name }) => name),
  }
}
