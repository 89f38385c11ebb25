import type { Migration } from './migration.ts'
import { priorityScale } from './priority-scale.ts'

/** Every migration that this version knows. One leaves this list when no code and no row needs its old form any more. */
export const migrations: readonly Migration[] = [priorityScale]
