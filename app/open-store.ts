import type { Runtime } from '../domain/runtime.ts'
import type { Store } from '../tables/store.ts'
import { MigratedStore } from './migrate/migrated-store.ts'
import type { Migration } from './migrate/migration.ts'
import { migrations as everyMigration } from './migrate/migrations.ts'

export interface StoreOptions {
  /** Puts a store between the tables and their migrations, such as the one that has archived events. */
  below?: ((tables: Store) => Store) | undefined
  migrations?: readonly Migration[]
}

/**
 * The store of every function, and of every command that changes tickets or feeds consumers: tables whose rows may be migrating. The
 * migrations are outermost, because a write asks the store that it is given for their stage.
 */
export function openStore(
  tables: Store & { forms?: never },
  runtime: Pick<Runtime, 'now'>,
  { below = (store) => store, migrations = everyMigration }: StoreOptions = {},
): MigratedStore {
  return new MigratedStore(below(tables), runtime, migrations)
}
