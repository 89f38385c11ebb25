/** Sagas that must not compile: `tsc` fails when one of the marked lines is accepted. Never run. */
import { z } from 'zod'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { compile } from '../../sagas/compile.ts'
import { type ForwardPlan, type Plan, refuse, skip, type UndoPlan } from '../../sagas/plan.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { type StepContext, saga } from '../../sagas/saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'

type Seat = { seat: string }

const act = async (): Promise<ForwardPlan<null>> => skip(null)
const undo = async (): Promise<UndoPlan> => ({ plan: 'skip' })
const reserve = async (): Promise<Plan<Seat>> => skip({ seat: '12A' })
const bookWithSeat = async (_: StepContext<unknown, { seat: Seat }>): Promise<Plan<null>> => skip(null)

const Trip = z.strictObject({ from: z.string(), to: z.string() })

export const trip = saga('trip', Trip)
  .compensatable('seat', { do: reserve, undo })
  .pivot('book', { do: bookWithSeat })
  .retriable('tell', { do: act })

compile(trip, { functionArn: '' })

// No step after the pivot can be compensated.
// @ts-expect-error
trip.compensatable('meal', { do: act, undo })
// @ts-expect-error
trip.pivot('pay', { do: act })

// A compensatable step needs an undo.
// @ts-expect-error
saga('trip', Trip).compensatable('seat', { do: reserve })

// A retriable step needs a pivot before it, and a saga needs a pivot.
// @ts-expect-error
saga('trip', Trip).retriable('tell', { do: act })
// @ts-expect-error
compile(saga('trip', Trip).compensatable('seat', { do: reserve, undo }), { functionArn: '' })

// A step after the pivot can't refuse.
const refuses = async () => refuse('no')
// @ts-expect-error
trip.retriable('gift', { do: refuses })

// A step can read its input and the results of the steps before it only.
// @ts-expect-error
saga('trip', Trip).pivot('book', { do: bookWithSeat })
const readsSeatNumber = async (_: StepContext<unknown, { seat: { seat: number } }>) => skip(null)
// @ts-expect-error
saga('trip', Trip).compensatable('seat', { do: reserve, undo }).pivot('book', { do: readsSeatNumber })
const readsPrice = async (_: StepContext<{ price: number }>) => skip(null)
// @ts-expect-error
saga('trip', Trip).pivot('book', { do: readsPrice })

// An undo can read the result of its do and the results before it.
const undoWithBooking = async (_: StepContext<unknown, { book: null }>): Promise<UndoPlan> => ({ plan: 'skip' })
// @ts-expect-error
saga('trip', Trip).compensatable('seat', { do: reserve, undo: undoWithBooking })
const undoCertain = async (_: StepContext & { result: Seat }): Promise<UndoPlan> => ({ plan: 'skip' })
// @ts-expect-error
saga('trip', Trip).compensatable('seat', { do: reserve, undo: undoCertain })

// Inputs and results are JSON.
// @ts-expect-error
saga('trip', z.strictObject({ at: z.date() }))
// @ts-expect-error
saga('trip', z.strictObject({ seats: z.map(z.string(), z.string()) }))
// @ts-expect-error
saga('trip', Trip).pivot('book', { do: async () => skip(new Date()) })
// @ts-expect-error
saga('trip', Trip).pivot('book', { do: async () => skip(() => 1) })

// Two steps of one name would share a fence.
// @ts-expect-error
saga('trip', Trip).compensatable('seat', { do: reserve, undo }).compensatable('seat', { do: reserve, undo })
// @ts-expect-error
trip.retriable('tell', { do: act })

// A task runner must be given the tools that the steps need.
const charge = async (_: StepContext<unknown, unknown, { till: string }>): Promise<Plan<null>> => skip(null)
const paid = saga('paid', Trip).pivot('charge', { do: charge })
const deps = { store: new MemoryStore(), runtime: new ManualRuntime() }
taskRunner(paid, { ...deps, tools: { till: 'left' } })
// @ts-expect-error
taskRunner(paid, { ...deps, tools: {} })
