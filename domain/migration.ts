/**
 * The stages of a migration of stored rows, in order (docs/adr/0043). Two neighbours may be in force at once, for as long as a function may
 * go on with the stage that it has read: so a step changes either what is written or what is read, and each row always has one whole form.
 */
export const stages = [
  /** The code knows both forms and writes the old one. The version before may still run, and may be deployed again. */
  'expand',
  /** The code that writes both forms is deployed everywhere. */
  'deploy',
  /** Rows of before get the new form. */
  'backfill',
  /** Each row's new form is compared with what it follows from. */
  'validate',
  /** Where the forms disagree, the new one holds. */
  'switch-reads',
  /** Only the new form is written. The version before may no longer run. */
  'stop-old-writes',
  /** The old form is taken away. */
  'contract',
] as const
export type Stage = (typeof stages)[number]

/** What the code does with the two forms of a row. */
export interface Forms {
  reads: 'old' | 'new'
  writes: 'old' | 'both' | 'new'
}

export const formsAt: Readonly<Record<Stage, Forms>> = {
  expand: { reads: 'old', writes: 'old' },
  deploy: { reads: 'old', writes: 'both' },
  backfill: { reads: 'old', writes: 'both' },
  validate: { reads: 'old', writes: 'both' },
  'switch-reads': { reads: 'new', writes: 'both' },
  'stop-old-writes': { reads: 'new', writes: 'new' },
  contract: { reads: 'new', writes: 'new' },
}

/** The stages between which a version of the code may run. */
export interface Understood {
  from: Stage
  to: Stage
}

/** Where a migration stands: its stage, and the furthest that it ever reached, as events in the new form stay. */
export interface Standing {
  stage: Stage
  reached: Stage
}

export const notBegun: Standing = { stage: 'expand', reached: 'expand' }

/** Code that does not know a migration may run beside code that does, until rows are backfilled. */
const ofOthers: Understood = { from: 'expand', to: 'deploy' }

export const isLater = (stage: Stage, than: Stage) => stages.indexOf(stage) > stages.indexOf(than)

export function neighbour(stage: Stage, direction: 'next' | 'back'): Stage | undefined {
  return stages[stages.indexOf(stage) + (direction === 'next' ? 1 : -1)]
}

/**
 * The version gate: why code may not run on data where a migration stands; undefined if it may. `understood` is undefined
 * for one that it does not know.
 */
export function versionRefusal(
  name: string,
  { stage, reached }: Standing,
  understood: Understood | undefined,
): string | undefined {
  const { from, to } = understood ?? ofOthers
  if (isLater(reached, to))
    return `this version is older than the data: the migration ${name} has reached "${reached}", and this version knows it up to "${to}". Deploy a version that knows it further`
  if (isLater(from, stage))
    return `this version is newer than the data: it needs the migration ${name} at "${from}", and it stands at "${stage}". With the version before, run: npm run migrate -- next ${name} --from ${stage}`
  return undefined
}
