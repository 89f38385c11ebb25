import * as commit from './commit-mutants.ts'
import * as delivery from './delivery-mutants.ts'
import type { Mutant } from './mutant.ts'
import * as sagas from './saga-mutants.ts'

/** Every mutant, in the order in which `npm run mutants -- list` prints them. */
export const mutants: readonly Mutant[] = [commit, delivery, sagas].flatMap((some) => Object.values(some))
