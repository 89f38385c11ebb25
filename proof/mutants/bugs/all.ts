import type { PlantedBug } from '../planted-bug.ts'
import * as commit from './commit.ts'
import * as delivery from './delivery.ts'
import * as sagas from './sagas.ts'

/** Every bug that can be planted. */
export const bugs: readonly PlantedBug[] = [commit, delivery, sagas].flatMap((some) => Object.values(some))
