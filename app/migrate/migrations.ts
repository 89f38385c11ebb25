import type { Migration } from './migration.ts'
import { priorityScale } from './priority-scale.ts'

/** Every migration that this version knows. One leaves this list when code and rows no longer need its old form. */
export const migrations: readonly Migration[] = [priorityScale]
