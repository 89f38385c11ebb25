import { setTimeout } from 'node:timers/promises'
import { runtime } from '../../app/environment.ts'
import { noopObserver } from '../../app/observer.ts'
import { catalogAgeMsMax, changeCatalog, readCatalog } from '../../app/views/catalog.ts'
import { fillGeneration, type Rebuilt, rollBackView, switchView } from '../../app/views/rebuild-view.ts'
import { dropPrevious, generationsOf } from '../../domain/view-catalog.ts'
import type { Store } from '../../tables/store.ts'

/** What `npm run rebuild -- stats` does with a target, step by step. */
export interface StatsOperator {
  liveGeneration(): Promise<number>
  /** Without the ten seconds in which a function could still be at work that began before the rebuild. */
  fill(): Promise<Rebuilt>
  switchTo(generation: number): Promise<void>
  rollBack(): Promise<void>
  dropPrevious(): Promise<void>
}

export function operateStats(store: Store): StatsOperator {
  const live = async () => generationsOf((await readCatalog(store)).catalog, 'stats').live
  return {
    liveGeneration: live,
    fill: () => fillGeneration({ store, runtime: skippingRuntime(), observer: noopObserver }, 'stats'),
    switchTo: (generation) => switchView({ store }, { view: 'stats', generation }),
    rollBack: () => rollBackView({ store }, 'stats'),
    dropPrevious: async () => void (await changeCatalog({ store }, (catalog) => dropPrevious(catalog, 'stats'))),
  }
}

/** Its clock jumps over what it is asked to sleep, but for the time that every function may go on with the catalog of before. */
function skippingRuntime() {
  let skippedMs = 0
  return {
    ...runtime,
    now: () => runtime.now() + skippedMs,
    async sleep(ms: number) {
      await setTimeout(catalogAgeMsMax)
      skippedMs += ms
    },
  }
}
