/** A break that was decided on: consumers were told, and had time. */
export interface AcceptedBreak {
  /** The sentence of the break, word by word. */
  says: string
  /** When those who rely on it were told, by a deprecation notice in the contract. */
  announced: string
  why: string
}

/** None so far. An entry that no longer breaks anything fails a test, so that the list stays what it says. */
export const acceptedBreaks: readonly AcceptedBreak[] = []
