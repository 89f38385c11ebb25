import type { ScenarioKill } from '../proof/mutants/killing-checks.ts'
import type { Mutant } from '../proof/mutants/mutant.ts'
import { clockAhead } from './clock-ahead.ts'
import { crashAfterCommit } from './crash-after-commit.ts'
import { deletedUserMidTicket } from './deleted-user-mid-ticket.ts'
import { doubleClick } from './double-click.ts'
import { eventsOutOfOrder } from './events-out-of-order.ts'
import { faultyProjector } from './faulty-projector.ts'
import { faultyWriter } from './faulty-writer.ts'
import { hotTicket } from './hot-ticket.ts'
import { idempotencyBesideTheEffect } from './idempotency-beside-the-effect.ts'
import { infectedUpload } from './infected-upload.ts'
import { keyReuse } from './key-reuse.ts'
import { laggingView } from './lagging-view.ts'
import { lostAnswer } from './lost-answer.ts'
import { magicEventBus } from './magic-event-bus.ts'
import { mailDown } from './mail-down.ts'
import { orphanStep } from './orphan-step.ts'
import { poisonMessage } from './poison-message.ts'
import { queueLosesAMessage } from './queue-loses-a-message.ts'
import { relayStopsHalfWay } from './relay-stops-half-way.ts'
import type { MutantCase } from './runner/run-mutant.ts'
import type { Scenario } from './runner/scenario.ts'
import { tamperedHistory } from './tampered-history.ts'
import { thirdPartyDown } from './third-party-down.ts'
import { tornRestore } from './torn-restore.ts'
import { twoTenantsSameKey } from './two-tenants-same-key.ts'
import { undoKeepsFailing } from './undo-keeps-failing.ts'
import { uploadHoarder } from './upload-hoarder.ts'
import { uploadNeverComes } from './upload-never-comes.ts'
import { wholeStackDies } from './whole-stack-dies.ts'
import { zombieExecution } from './zombie-execution.ts'

/** Every scenario, in the order in which a presenter shows them. */
export const scenarios: readonly Scenario[] = [
  doubleClick,
  lostAnswer,
  keyReuse,
  twoTenantsSameKey,
  idempotencyBesideTheEffect,
  clockAhead,
  hotTicket,
  magicEventBus,
  crashAfterCommit,
  relayStopsHalfWay,
  queueLosesAMessage,
  eventsOutOfOrder,
  poisonMessage,
  laggingView,
  mailDown,
  thirdPartyDown,
  undoKeepsFailing,
  orphanStep,
  zombieExecution,
  infectedUpload,
  uploadNeverComes,
  uploadHoarder,
  deletedUserMidTicket,
  tamperedHistory,
  faultyProjector,
  faultyWriter,
  tornRestore,
  wholeStackDies,
]

/** Each of these scenarios with each of its own mutants. */
export function ownCases(of: readonly Scenario[] = scenarios): MutantCase[] {
  return of.flatMap((scenario) => scenario.mutants.map(({ mutant }) => ({ mutant, scenario })))
}

/** The scenario that each mutant belongs to, and what it breaks there, by the mutant's name. */
export function killsInScenarios(): ReadonlyMap<string, ScenarioKill> {
  return new Map(
    scenarios.flatMap(({ name: scenario, mutants }) =>
      mutants.map(({ mutant, breaks }) => [mutant.name, { scenario, breaks }] as const),
    ),
  )
}

/** Throws when there is none of that name, naming those that exist. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name)
  if (!found)
    throw new Error(`there is no scenario ${name}: it must be one of ${scenarios.map((each) => each.name).join(', ')}`)
  return found
}

/** The scenario whose guard the mutant takes away. Throws when no scenario has it as its own. */
export function findScenarioByMutant(mutant: Mutant): Scenario {
  const found = scenarios.find(({ mutants }) => mutants.some((planted) => planted.mutant === mutant))
  if (!found) throw new Error(`no scenario has the mutant ${mutant.name} as its own: name one with --scenario`)
  return found
}
