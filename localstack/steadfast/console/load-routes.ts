import { type LoadMessage, loadMax } from '../../../console/wire-load.ts'
import { sendJson } from './respond.ts'
import type { Routes } from './routes.ts'
import type { ConsoleSources, StartedRun } from './sources.ts'
import { createStreamedRun } from './streamed-run.ts'

/** A load run of bounded size against this stack. */
export function loadRoutes(sources: Pick<ConsoleSources, 'load'>): { routes: Routes; stop(): Promise<void> } {
  const runs = createStreamedRun<StartedRun, LoadMessage>()
  const routes: Routes = {
    load: {
      method: 'POST',
      serve: async (_request, response, { searchParams }) => {
        const [unique, copies] = [Number(searchParams.get('unique')), Number(searchParams.get('copies'))]
        if (!isFit(unique, loadMax.unique) || !isFit(copies, loadMax.copies))
          return sendJson(response, 422, {
            error: `give unique, 1 to ${loadMax.unique}, and copies, 1 to ${loadMax.copies}`,
          })
        await runs.serve(response, (tell) => sources.load({ unique, copies }, tell))
      },
    },
  }
  return { routes, stop: runs.stop }
}

const isFit = (count: number, max: number) => Number.isInteger(count) && count >= 1 && count <= max
