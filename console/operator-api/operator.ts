import type { ReadonlySignal } from '@preact/signals'
import { createContext, type VNode } from 'preact'
import { useContext } from 'preact/hooks'
import type { Place } from '../shell/place.ts'
import type { RowRef } from '../wire-timeline.ts'
import type { OperatorSource } from './operator-source.ts'

/** What the pages *A saga* and *Operate* stand on, wherever they are served. */
export interface Operator {
  source: OperatorSource
  /** Changes when a list may have changed. */
  listPulse: ReadonlySignal<unknown>
  /** Changes when one saga may have changed. */
  sagaPulse: ReadonlySignal<unknown>
  /** The only tenant that one may operate; undefined where one may choose. */
  tenant: string | undefined
  /** Where a ticket is followed. */
  ticketPlace: (ticketId: string) => Place
  /** What only the embedded stack has: any tenant, a request's life, dead letters, rows. */
  stack: StackParts | undefined
}

export interface StackParts {
  requestPlace: (correlationId: string) => Place
  TenantForm: (props: { tenant: string }) => VNode
  DeadLetters: () => VNode
  RowDialog: (props: { row: RowRef; close: () => void }) => VNode
}

/** Whoever renders the pages brings it. */
export const OperatorContext = createContext<Operator | undefined>(undefined)

/** Throws when nobody has brought it. */
export function useOperator(): Operator {
  const operator = useContext(OperatorContext)
  if (!operator) throw new Error('these pages need an operator: render them within OperatorContext')
  return operator
}
