import { commitMutants } from './commit-mutants.ts'
import { deliveryMutants } from './delivery-mutants.ts'
import type { Mutant } from './mutant.ts'
import { restoreMutants } from './restore-mutants.ts'
import { sagaMutants } from './saga-mutants.ts'

/** Every known mutant. */
export const mutants: readonly Mutant[] = [...commitMutants, ...deliveryMutants, ...sagaMutants, ...restoreMutants]

/** Throws when there is none of that name, naming those that exist. */
export function findMutant(name: string): Mutant {
  const found = mutants.find((mutant) => mutant.name === name)
  if (!found)
    throw new Error(`there is no mutant ${name}: it must be one of ${mutants.map((each) => each.name).join(', ')}`)
  return found
}
