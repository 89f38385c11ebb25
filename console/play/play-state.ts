import type { ColumnMessage, ColumnName, PlayedPicture, PlayedStep, PlayedVerdict, PlayMessage } from '../wire-play.ts'

/** What one column has told so far. */
export interface ColumnState {
  doing:
    | { status: 'starting'; text: string }
    | { status: 'waiting'; number: number; does?: string }
    | { status: 'running'; number: number; does?: string; drawn?: PlayedPicture }
    | { status: 'ended'; verdict: PlayedVerdict }
    | { status: 'failed'; why: string }
  /** By number. */
  steps: Record<number, PlayedStep>
}

export interface PlayState {
  /** Undefined until the stack has said it. */
  id: string | undefined
  columns: Partial<Record<ColumnName, ColumnState>>
}

export function beganPlay(columns: readonly ColumnName[]): PlayState {
  const starting: ColumnState = { doing: { status: 'starting', text: 'Starting' }, steps: {} }
  return { id: undefined, columns: Object.fromEntries(columns.map((column) => [column, starting])) }
}

/** The state after a message. */
export function applyPlayMessage(state: PlayState, message: PlayMessage): PlayState {
  if (message.kind === 'began') return { ...state, id: message.id }
  const { column: name } = message
  const column = state.columns[name]
  return column ? { ...state, columns: { ...state.columns, [name]: applyToColumn(column, message) } } : state
}

function applyToColumn(column: ColumnState, message: ColumnMessage): ColumnState {
  switch (message.kind) {
    case 'progress':
      return { ...column, doing: { status: 'starting', text: message.text } }
    case 'waiting':
    case 'running': {
      const { kind: status, number, does } = message
      return { ...column, doing: { status, number, ...(does !== undefined && { does }) } }
    }
    case 'drawn': {
      const { doing } = column
      // What comes after its step is too late.
      if (doing.status !== 'running' || doing.number !== message.number || column.steps[message.number]) return column
      return { ...column, doing: { ...doing, drawn: message.picture } }
    }
    case 'step':
      return { ...column, steps: { ...column.steps, [message.number]: message.step } }
    case 'verdict':
      return { ...column, doing: { status: 'ended', verdict: message.verdict } }
    case 'failed':
      return { ...column, doing: { status: 'failed', why: message.why } }
    default:
      return message satisfies never
  }
}

const isOver = ({ doing: { status } }: ColumnState) => status === 'ended' || status === 'failed'

const columnsOf = ({ columns }: PlayState): ColumnState[] => Object.values(columns)

export function isPlayOver(state: PlayState): boolean {
  return columnsOf(state).every(isOver)
}

/** The step that everybody waits for; undefined while one column still works. Columns are played side by side, so none runs ahead. */
export function nextStep(state: PlayState): number | undefined {
  const going = columnsOf(state).filter((column) => !isOver(column))
  const waiting = going.flatMap(({ doing }) => (doing.status === 'waiting' ? [doing.number] : []))
  return waiting.length > 0 && waiting.length === going.length ? Math.max(...waiting) : undefined
}

/** A step in one column, as far as it has come: done, next, or under way with what was drawn so far. */
export type StepCell = PlayedStep | 'waiting' | 'running' | { drawn: PlayedPicture }

export interface StepView {
  number: number
  does: string
  cells: Partial<Record<ColumnName, StepCell>>
}

/** Every step that was told, without the check at the end. */
export function stepViews(state: PlayState): StepView[] {
  const views = new Map<number, StepView>()
  const add = (column: ColumnName, number: number, does: string, cell: StepCell) => {
    const view = views.get(number) ?? { number, does, cells: {} }
    view.cells[column] ??= cell
    views.set(number, view)
  }
  for (const [name, { steps, doing }] of Object.entries(state.columns) as [ColumnName, ColumnState][]) {
    for (const [number, step] of Object.entries(steps)) add(name, Number(number), step.does, step)
    if ('number' in doing && doing.does !== undefined) add(name, doing.number, doing.does, cellOf(doing))
  }
  for (const view of views.values())
    for (const [name, column] of Object.entries(state.columns) as [ColumnName, ColumnState][])
      if (!view.cells[name] && comesTo(column, view.number)) view.cells[name] = 'waiting'
  return [...views.values()].toSorted((a, b) => a.number - b.number)
}

/** How many arrows there are: it grows while a step is drawn. */
export function drawnArrows(views: readonly StepView[]): number {
  const pictures = views
    .flatMap(({ cells }) => Object.values(cells))
    .flatMap((cell) => (typeof cell === 'string' ? [] : 'drawn' in cell ? [cell.drawn] : [cell]))
  return pictures.reduce((sum, { arrows }) => sum + arrows.length, 0)
}

function cellOf(doing: Extract<ColumnState['doing'], { number: number }>): StepCell {
  return doing.status === 'running' && doing.drawn ? { drawn: doing.drawn } : doing.status
}

/** Whether a column that has not begun a step may still do so: its story has neither ended nor stopped. */
function comesTo({ doing }: ColumnState, number: number): boolean {
  return doing.status === 'starting' || ('number' in doing && doing.does !== undefined && doing.number < number)
}

/** What is going on, in a few words that a screen reader says, too. */
export function playWords(state: PlayState): string {
  const columns = columnsOf(state)
  const starting = columns.find(({ doing }) => doing.status === 'starting')
  if (starting?.doing.status === 'starting') return `${starting.doing.text} …`
  const running = columns.find(({ doing }) => doing.status === 'running')
  if (running && 'number' in running.doing)
    return running.doing.does === undefined ? 'Checking everything that is stored …' : `Step ${running.doing.number} …`
  const next = nextStep(state)
  if (next === undefined) return 'Played to its end'
  const isCheck = columns.every(({ doing }) => !('number' in doing) || doing.does === undefined)
  return isCheck ? 'Next: check everything that is stored' : `Next: step ${next}`
}
