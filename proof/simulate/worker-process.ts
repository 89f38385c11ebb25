import { runExhaustively } from './exhaustive.ts'
import { runSchedules } from './run-schedules.ts'
import { findUseCase } from './use-cases.ts'
import type { FromWorker, Job } from './workers.ts'

/** The program of one worker: does the job that its argument describes, and sends its result. */
const job: Job = JSON.parse(process.argv[2] ?? '')
const send = (message: FromWorker) => process.send?.(message)

/** A message for each run would take longer than the runs. */
const toldEvery = 20
const onProgress = (done: number) => {
  if (done % toldEvery === 0) send({ done })
}

const result =
  job.run === 'schedules'
    ? await runSchedules({ ...job.options, onProgress })
    : await runExhaustively(findUseCase(job.useCase), { ...job.options, onProgress: ({ runs }) => onProgress(runs) })
send({ result })
process.disconnect()
