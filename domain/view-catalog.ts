import * as z from 'zod'

/** The read models. What each is for, and how fresh it is, is in docs/read-models.md. */
export const viewNames = ['stats', 'dashboard', 'search', 'work-list'] as const
export type ViewName = (typeof viewNames)[number]

/** One complete copy of a read model. A rebuild makes the next one beside the one that is read. */
export interface ViewGeneration {
  view: ViewName
  generation: number
}

const Generation = z.int().positive()

/** The generations of one read model. All of them are kept up to date, so that a switch, or its rollback, loses nothing. */
export const Generations = z.object({
  /** What readers get. */
  live: Generation,
  /** What a rebuild is filling, and since when: every projection that began before may not know of it. */
  building: z.object({ generation: Generation, since: z.iso.datetime() }).optional(),
  /** What was live before the last switch, kept for a rollback. */
  previous: Generation.optional(),
  /** The highest number that was ever given: a number is never used again. */
  highest: Generation,
  /** Those of the above that are known to lack events of the past. A rebuild makes one that lacks none. */
  incomplete: z.array(Generation).optional(),
})
export type Generations = z.infer<typeof Generations>

/** Which generations exist. A view that is not in it has its first one only, of which nobody has said yet whether it is complete. */
export type ViewCatalog = Partial<Record<ViewName, Generations>>

const first: Generations = { live: 1, highest: 1 }

/**
 * The one generation whose sequence is the consumer's checkpoint itself, as it was before there were others: it lacks nothing. Each other
 * one has its own sequence, and is behind while a rebuild fills it.
 */
export function isCountedByCheckpoint({ view, generation }: ViewGeneration): boolean {
  return view === 'stats' && generation === 1
}

export function generationsOf(catalog: ViewCatalog, view: ViewName): Generations {
  return catalog[view] ?? first
}

/** Every generation that events are projected into. */
export function maintainedGenerations(catalog: ViewCatalog): ViewGeneration[] {
  return viewNames.flatMap((view) => {
    const { live, building, previous } = generationsOf(catalog, view)
    return [live, building?.generation, previous]
      .filter((generation) => generation !== undefined)
      .map((generation) => ({ view, generation }))
  })
}

/** The read models of which the catalog does not say whether they are complete. */
export function unregisteredViews(catalog: ViewCatalog): ViewName[] {
  return viewNames.filter((view) => !catalog[view])
}

/** Registers the read models that this version is the first to have. One that begins on existing data is incomplete until it is rebuilt. */
export function registerViews(catalog: ViewCatalog, { hasPast }: { hasPast: boolean }): ViewCatalog {
  const added = unregisteredViews(catalog).map((view): [ViewName, Generations] => {
    const lacksPast = hasPast && !isCountedByCheckpoint({ view, generation: first.live })
    return [view, lacksPast ? { ...first, incomplete: [first.live] } : first]
  })
  return added.length === 0 ? catalog : { ...catalog, ...Object.fromEntries(added) }
}

/** Whether a generation is known to lack events of the past. */
export function isIncomplete(catalog: ViewCatalog, { view, generation }: ViewGeneration): boolean {
  return catalog[view]?.incomplete?.includes(generation) ?? false
}

/** Records that generations lack events of the past. One that is not live, nor kept for a rollback, is ignored. */
export function markIncomplete(catalog: ViewCatalog, found: readonly ViewGeneration[]): ViewCatalog {
  let marked = catalog
  for (const one of found) {
    if (!isRead(marked, one) || isIncomplete(marked, one)) continue
    const generations = generationsOf(marked, one.view)
    const incomplete = [...(generations.incomplete ?? []), one.generation]
    marked = { ...marked, [one.view]: { ...generations, incomplete } }
  }
  return marked
}

/** Whether readers get the generation, or would after a rollback. */
export function isRead(catalog: ViewCatalog, { view, generation }: ViewGeneration): boolean {
  const { live, previous } = generationsOf(catalog, view)
  return generation === live || generation === previous
}

/** Begins a new generation, or continues the one that is being built. The one kept for a rollback is given up. */
export function beginRebuild(catalog: ViewCatalog, view: ViewName, now: string): ViewCatalog {
  const { previous: _, ...rest } = generationsOf(catalog, view)
  if (rest.building) return catalog
  const generation = rest.highest + 1
  return withGenerations(catalog, view, { ...rest, building: { generation, since: now }, highest: generation })
}

/** Makes the generation that was built the live one; one that is live already stays so. Throws `Error` when it is not being built. */
export function switchToBuilt(catalog: ViewCatalog, { view, generation }: ViewGeneration): ViewCatalog {
  const { live, building, ...rest } = generationsOf(catalog, view)
  if (live === generation) return catalog
  if (building?.generation !== generation)
    throw new Error(`generation ${generation} of ${view} is not being built any more: nothing was switched`)
  return withGenerations(catalog, view, { ...rest, live: generation, previous: live })
}

/** Gives up the generation that is being built. */
export function cancelRebuild(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { building: _, ...rest } = generationsOf(catalog, view)
  return withGenerations(catalog, view, rest)
}

/**
 * Takes a live generation back: makes the one live that was live before, and keeps this one. One that was taken back already stays so, as
 * after a lost answer the change is made again. Throws `Error` when it is neither, or when there is none to go back to.
 */
export function rollBack(catalog: ViewCatalog, { view, generation }: ViewGeneration): ViewCatalog {
  const { live, previous, ...rest } = generationsOf(catalog, view)
  if (previous === generation) return catalog
  if (live !== generation)
    throw new Error(`generation ${generation} of ${view} is not live, generation ${live} is: nothing was rolled back`)
  if (previous === undefined) throw new Error(`${view} has no generation to roll back to`)
  return withGenerations(catalog, view, { ...rest, live: previous, previous: live })
}

/** Gives up the generation that was kept for a rollback. */
export function dropPrevious(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { previous: _, ...rest } = generationsOf(catalog, view)
  return withGenerations(catalog, view, rest)
}

/** Forgets what it said of a generation that was given up. */
function withGenerations(catalog: ViewCatalog, view: ViewName, changed: Generations): ViewCatalog {
  const { incomplete = [], ...generations } = changed
  const left = incomplete.filter((one) => one === generations.live || one === generations.previous)
  return { ...catalog, [view]: { ...generations, ...(left.length > 0 && { incomplete: left }) } }
}
