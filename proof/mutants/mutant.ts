/** A deliberate mistake that a test build contains, to see whether a check finds it. Production code never contains it. */
export interface Mutant {
  /** Its name on the command line. */
  name: string
  /** What the code does wrong, in one sentence. */
  description: string
  /** Every change that the mistake needs; more than one where two guards cover for each other. */
  edits: readonly Edit[]
}

export interface Edit {
  /** Relative to the root of the repository. */
  file: string
  /** Text that the file contains exactly once. */
  find: string
  replace: string
}

/**
 * The edited text of every file that the mutant changes; `read` returns a file's original text. Throws when an edit no longer fits the
 * sources: a mutant that changes nothing cannot be caught.
 */
export function applyMutant({ name, edits }: Mutant, read: (file: string) => string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const parts = (texts.get(file) ?? read(file)).split(find)
    if (parts.length !== 2)
      throw new Error(
        `the mutant ${name} no longer fits ${file}: the text "${find}" occurs ${parts.length - 1} times instead of once`,
      )
    texts.set(file, parts.join(replace))
  }
  return texts
}

/** The files that a mutant changes. */
export function filesOf({ edits }: Mutant): string[] {
  return [...new Set(edits.map(({ file }) => file))]
}
