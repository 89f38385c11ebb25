/** A deliberate mistake that a test build contains, to see whether a check finds it. Production code never contains it. */
export interface Mutant {
  /** As on the command line. */
  name: string
  /** What is wrong, or missing, in one sentence. */
  says: string
  /** Everything that has to change for it; more than one where two guards cover each other. */
  edits: readonly Edit[]
}

export interface Edit {
  /** From the root of the repository. */
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
}

/**
 * The files that the mutant touches, with the mutant in them; `read` gives a file's text as it is. Throws when an edit does not fit any more:
 * a mutant that changes nothing cannot be caught.
 */
export function applyMutant({ name, edits }: Mutant, read: (file: string) => string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const parts = (texts.get(file) ?? read(file)).split(find)
    if (parts.length !== 2)
      throw new Error(`the mutant ${name} does not fit ${file} any more: "${find}" is there ${parts.length - 1} times`)
    texts.set(file, parts.join(replace))
  }
  return texts
}
