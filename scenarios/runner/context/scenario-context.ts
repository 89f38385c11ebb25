import type { TraceEntry } from 'embedded-aws/faults'
import type { Evidence } from '../../../proof/check/evidence.ts'
import type { Target } from '../../../proof/target.ts'
import type { StepDescription } from '../step.ts'
import type { FaultClient } from './fault-client.ts'
import type { Person } from './person.ts'
import type { WaitUntil } from './wait-until.ts'

/** Everything that a scenario's story can use. */
export interface ScenarioContext {
  target: Target
  /** A module that an operator's command runs, from the sources of the stack: a mutant's mistake may be in it. */
  operatorCode<Module>(file: string): Promise<Module>
  /** A tenant that only this run uses. */
  tenant: string
  /** A second tenant that only this run uses. */
  otherTenant: string
  /** A user of `tenant`, or of the tenant that is given. */
  person(user: string, role: 'customer' | 'agent' | 'admin', tenant?: string): Person
  faults: FaultClient
  /** Waits until a fault rule has killed the whole stack, and starts it again on the same data. */
  restart(): Promise<void>
  /**
   * Keeps how to repair what the story is about to damage, for a run that is stopped before the story repairs it. Returns a function that
   * repairs it, for the story's own repair.
   */
  repairWhenStopped(repair: () => Promise<void>): () => Promise<void>
  /** Runs one step and records what happened in it. */
  step(description: StepDescription, act: () => Promise<void>): Promise<void>
  /** Adds a line to the step's report: something that differs from run to run. */
  note(line: string): void
  /** States what must be true now: `found` equals `expected`, which is `true` when left out. A claim that fails breaks the verdict. */
  claim(says: string, found: unknown, expected?: unknown): void
  /** Everything stored for the scenario's tenants. */
  evidence(): Promise<Evidence>
  until: WaitUntil
  /** Waits until every event has been delivered and applied by every consumer, and every saga has ended. */
  untilIdle(): Promise<void>
  /** Calls and invocations that concern the scenario's tenants and have ended; none where the target has no trace. */
  traceEntries(): readonly TraceEntry[]
}
