import * as z from 'zod'

/** The read models. What each is for, and how fresh it is, is in docs/read-models.md. */
export const viewNames = ['stats'] as const
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
})
export type Generations = z.infer<typeof Generations>

/** Which generations exist. A view that is not in it has its first one only. */
export type ViewCatalog = Partial<Record<ViewName, Generations>>

const first: Generations = { live: 1, highest: 1 }

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

/** Begins a new generation, or continues the one that is being built. The one kept for a rollback is given up. */
export function beginRebuild(catalog: ViewCatalog, view: ViewName, now: string): ViewCatalog {
  const { live, building, highest } = generationsOf(catalog, view)
  if (building) return catalog
  const generation = highest + 1
  return { ...catalog, [view]: { live, building: { generation, since: now }, highest: generation } }
}

/** Makes the generation that was built the live one. Throws `Error` when none is being built. */
export function switchToBuilt(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { live, building, highest } = generationsOf(catalog, view)
  if (!building) throw new Error(`no generation of ${view} is being built`)
  return { ...catalog, [view]: { live: building.generation, previous: live, highest } }
}

/** Gives up the generation that is being built. */
export function cancelRebuild(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { building: _, ...rest } = generationsOf(catalog, view)
  return { ...catalog, [view]: rest }
}

/** Makes the generation live that was live before, and keeps the other one. Throws `Error` when there is none. */
export function rollBack(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { live, previous, ...rest } = generationsOf(catalog, view)
  if (previous === undefined) throw new Error(`${view} has no generation to roll back to`)
  return { ...catalog, [view]: { ...rest, live: previous, previous: live } }
}

/** Gives up the generation that was kept for a rollback. */
export function dropPrevious(catalog: ViewCatalog, view: ViewName): ViewCatalog {
  const { previous: _, ...rest } = generationsOf(catalog, view)
  return { ...catalog, [view]: rest }
}
