import * as z from 'zod'

/** Names of sagas, steps and errors are identifiers, so a filter can be recorded: it has no text that somebody wrote. */
const name = z.string().regex(/^[\w.:-]{1,100}$/)

/** Which sagas an operator means: all that pass each filter that is there. */
export const SagaFilter = z.strictObject({
  name: name.optional().meta({ description: 'The name of the saga, such as `notification`.' }),
  step: name.optional().meta({ description: 'The step of the last attempt.' }),
  error: name.optional().meta({ description: 'The name of the error of the last attempt.' }),
  since: z.iso.datetime().optional().meta({ description: 'Only sagas that started at this time or later.' }),
})
export type SagaFilter = z.infer<typeof SagaFilter>

interface Filtered {
  name: string
  timeline: readonly { step: string; error?: { name: string } | undefined }[]
}

/** Whether the saga passes all filters but `since`, by which the index selects. */
export function passesFilter(saga: Filtered, { name, step, error }: SagaFilter): boolean {
  const last = saga.timeline.at(-1)
  return (
    (name === undefined || saga.name === name) &&
    (step === undefined || last?.step === step) &&
    (error === undefined || last?.error?.name === error)
  )
}

/** Spellings of one instant differ in their digits, and sort differently as text. */
export function sinceOf({ since }: SagaFilter): string | undefined {
  return since && new Date(since).toISOString()
}
