import type { Runtime } from '../domain/runtime.ts'
import type { Store } from '../tables/store.ts'
import { type ArchiveObjects, withArchivedEvents } from './archive/archived-events.ts'
import { MigratedStore } from './migrate/migrated-store.ts'
import type { Migration } from './migrate/migration.ts'
import { migrations as everyMigration } from './migrate/migrations.ts'

/**
 * The store of every function and of every command that changes tickets or feeds consumers: the tables, whose rows may be migrating, and
 * with `archive` also the events of archived tickets. The migrations are outermost, because a command asks the store that it is given for
 * their stage.
 */
export function openStore(
  tables: Store & { forms?: never },
  runtime: Pick<Runtime, 'now'>,
  {
    archive,
    migrations = everyMigration,
  }: { archive?: ArchiveObjects | undefined; migrations?: readonly Migration[] } = {},
): MigratedStore {
  return new MigratedStore(archive ? withArchivedEvents(tables, archive) : tables, runtime, migrations)
}
