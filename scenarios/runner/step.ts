import type { Arrow } from './picture/arrows.ts'
import type { Call } from './recording/calls.ts'
import type { RowChange } from './recording/row-changes.ts'

/** The text of a step: the same words in every run. */
export interface StepDescription {
  /** What the presenter does. */
  do: string
  /** The guarantee that the step shows. */
  shows?: string
  /** What would happen without that guarantee. */
  without?: string
}

/** One step as it happened in one run. */
export interface StepRecord extends StepDescription {
  /** What the story noted about this run. */
  notes: string[]
  /** The few arrows that summarize what happened. */
  picture: Arrow[]
  /** Every call and invocation; equal ones are counted. */
  wire: Call[]
  /** Rows of the scenario's tenants that the step added, changed or removed. */
  rows: RowChange[]
}
