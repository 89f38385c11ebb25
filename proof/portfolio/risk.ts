/** Something that is known to go wrong in systems like this one, and what is done about it here. */
export interface Risk {
  name: string
  /** How it would hurt here. */
  harm: string
  /** What is done instead, or to contain it. */
  here: string
  /** Tests by title and file that attack it. */
  tests: readonly (readonly [title: string, file: string])[]
  /** The scenario that shows it on a whole stack. */
  scenario?: string
  /** What is left, and accepted. */
  accepted?: string
}
