import { randomBytes } from 'node:crypto'
import type { PlayMessage } from '../../../console/wire-play.ts'
import { sendJson } from './respond.ts'
import type { Routes } from './routes.ts'
import type { ConsoleSources, StartedPlay } from './sources.ts'
import { createStreamedRun } from './streamed-run.ts'

/** No scenario has as many steps; a click on "to the end" allows them all. */
const stepsMax = 1_000

/** Plays a scenario under a presenter's hand. */
export function playRoutes(sources: ConsoleSources): { routes: Routes; stop(): Promise<void> } {
  const plays = createStreamedRun<StartedPlay, PlayMessage>()
  let id = ''

  const routes: Routes = {
    scenarios: {
      method: 'GET',
      serve: async (_request, response) => sendJson(response, 200, await sources.scenarios()),
    },
    play: {
      method: 'POST',
      serve: async (_request, response, { searchParams }) => {
        const [scenario, mutant] = ['scenario', 'mutant'].map((name) => searchParams.get(name) ?? undefined)
        const known = (await sources.scenarios()).find(({ name }) => name === scenario)
        const isKnown = mutant === undefined || known?.mutants.some(({ name }) => name === mutant)
        if (!known || !isKnown) return sendJson(response, 422, { error: 'give a scenario, and a mutant of it or none' })
        await plays.serve(response, (tell) => {
          id = randomBytes(8).toString('hex')
          tell({ kind: 'began', id })
          return sources.play({ scenario: known.name, ...(mutant !== undefined && { mutant }) }, tell)
        })
      },
    },
    // Names the step, so that a second click, or one that comes late, goes no further.
    'play/next': {
      method: 'POST',
      serve: (_request, response, { searchParams }) => {
        const upTo = Number(searchParams.get('upTo'))
        if (!Number.isInteger(upTo) || upTo < 1 || upTo > stepsMax)
          return sendJson(response, 422, { error: `upTo must be 1 to ${stepsMax}` })
        const play = plays.current()
        if (!play || searchParams.get('play') !== id) return sendJson(response, 404, { error: 'this play has ended' })
        play.go(upTo)
        sendJson(response, 202, {})
      },
    },
  }
  return { routes, stop: plays.stop }
}
