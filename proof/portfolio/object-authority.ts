import { dayPrefix, partPrefix } from '../../domain/digest.ts'
import { archivedEventsPrefix } from '../../domain/event-archive.ts'
import { oldVersionDays } from '../../infra/limits.ts'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import type { Role } from './authority.ts'

const never = 'never: it is what happened'

const ofObjects: Record<string, { role: Role; corrected: string }> = {
  [quarantinePrefix]: { role: 'truth', corrected: 'not: another upload' },
  [cleanPrefix]: { role: 'truth', corrected: `its old version, for ${oldVersionDays} days` },
  [partPrefix]: { role: 'evidence', corrected: never },
  [dayPrefix]: { role: 'evidence', corrected: never },
  [archivedEventsPrefix]: {
    role: 'truth',
    corrected: `never; a lost one by its old version, for ${oldVersionDays} days`,
  },
}

/** What objects under a key are to the system. Throws `Error` when nobody has said. */
export function objectAuthority(key: string): { role: Role; corrected: string } {
  const [, found] = Object.entries(ofObjects).find(([prefix]) => key.startsWith(prefix)) ?? []
  if (!found) throw new Error(`nobody has said what ${key} is to the system: proof/portfolio/object-authority.ts`)
  return found
}
