import type { Mutant } from '../mutants/mutant.ts'

const file = 'app/plain-reads-suffice.ts'

const changeByPlainReads: Mutant = {
  name: 'change-by-plain-reads',
  description: 'A change is committed by plain reads although its transaction does not check each row that was read.',
  edits: [
    {
      file,
      find: 'return isEachReadChecked(judgement, command, rows)',
      replace: "return judgement.decision.outcome !== 'unchanged'",
    },
  ],
}

const unchangedByPlainReads: Mutant = {
  name: 'unchanged-by-plain-reads',
  description: '"Nothing to change" is answered by plain reads, as the version of the root is checked.',
  edits: [
    {
      file,
      find: "if (decision.outcome === 'unchanged') return false",
      replace: "if (decision.outcome === 'unchanged') return true",
    },
  ],
}

/** What a write would do wrong if plain reads decided more than they can. */
export const plainReadMutants: readonly Mutant[] = [changeByPlainReads, unchangedByPlainReads]
