import { describe, expect, it } from 'vitest'
import { pictureView } from '../../console/play/picture-layout.ts'
import {
  applyPlayMessage,
  beganPlay,
  drawnArrows,
  isPlayOver,
  nextStep,
  type PlayState,
  playWords,
  stepViews,
} from '../../console/play/play-state.ts'
import type { ColumnMessage, ColumnName, PlayedStep, PlayedVerdict } from '../../console/wire-play.ts'

const step = (does: string): PlayedStep => ({
  does,
  notes: [],
  participants: [],
  arrows: [],
  changes: [],
  rowsLeftOut: 0,
})
const verdict = { headline: 'Holds' } as PlayedVerdict
const waits = (number: number, does?: string): ColumnMessage => ({ kind: 'waiting', number, ...(does && { does }) })
const runs = (number: number, does?: string): ColumnMessage => ({ kind: 'running', number, ...(does && { does }) })

/** The state after each column told so much. */
function playState(by: Partial<Record<ColumnName, ColumnMessage[]>>): PlayState {
  const messages = Object.entries(by).flatMap(([column, of]) =>
    of.map((message) => ({ column: column as ColumnName, ...message })),
  )
  return messages.reduce(applyPlayMessage, beganPlay(Object.keys(by) as ColumnName[]))
}

describe('a play', () => {
  it('goes on only when every column waits, so that none runs ahead', () => {
    expect(nextStep(playState({ guarded: [waits(1, 'a')], unguarded: [] }))).toBeUndefined()
    expect(nextStep(playState({ guarded: [waits(1, 'a')], unguarded: [waits(1, 'a')] }))).toBe(1)
    expect(nextStep(playState({ guarded: [waits(2, 'b')], unguarded: [runs(1, 'a')] }))).toBeUndefined()
  })

  it('goes on without a column that failed', () => {
    const failed: ColumnMessage = { kind: 'failed', why: 'no build' }
    expect(nextStep(playState({ guarded: [waits(1, 'a')], unguarded: [failed] }))).toBe(1)
    expect(isPlayOver(playState({ guarded: [{ kind: 'verdict', verdict }], unguarded: [failed] }))).toBe(true)
  })

  it('lets a column whose story stopped be checked beside a step of the other', () => {
    const state = playState({ guarded: [waits(3, 'c')], unguarded: [waits(2)] })
    expect([nextStep(state), playWords(state)]).toEqual([3, 'Next: step 3'])
  })

  it('shows each step once, with what each column has of it', () => {
    const views = stepViews(
      playState({
        guarded: [{ kind: 'step', number: 1, step: step('a') }, runs(2, 'b')],
        unguarded: [{ kind: 'step', number: 1, step: step('a') }, waits(2)],
      }),
    )
    expect(views).toEqual([
      { number: 1, does: 'a', cells: { guarded: step('a'), unguarded: step('a') } },
      { number: 2, does: 'b', cells: { guarded: 'running' } },
    ])
  })

  it('draws a step while it is under way, as far as it has come, and then as it was', () => {
    const picture = (...labels: string[]) => ({
      participants: ['carla', 'API'],
      arrows: labels.map((label) => ({ from: 'carla', to: 'API', label, isHit: false })),
    })
    const drawn = (number: number, ...labels: string[]): ColumnMessage => ({
      kind: 'drawn',
      number,
      picture: picture(...labels),
    })
    const count = (...messages: ColumnMessage[]) => drawnArrows(stepViews(playState({ guarded: messages })))
    const cell = (...messages: ColumnMessage[]) => stepViews(playState({ guarded: messages })).at(-1)?.cells.guarded
    const began = [waits(1, 'a'), runs(1, 'a')]
    expect(cell(...began, drawn(1, 'one'))).toEqual({ drawn: picture('one') })
    expect(cell(...began, drawn(1, 'one'), drawn(1, 'one', 'two'))).toEqual({ drawn: picture('one', 'two') })
    expect([count(...began), count(...began, drawn(1, 'one', 'two'))]).toEqual([0, 2])
    const ended: ColumnMessage = { kind: 'step', number: 1, step: step('a') }
    expect(cell(...began, drawn(1, 'one'), ended)).toEqual(step('a'))
    expect(cell(...began, ended, drawn(1, 'late'))).toEqual(step('a'))
    expect(cell(...began, ended, runs(2, 'b'), drawn(1, 'late'))).toBe('running')
    expect(cell(waits(1, 'a'), drawn(1, 'early'))).toBe('waiting')
  })

  it('tells a step that a column has yet to reach from one that it never will', () => {
    const cells = (by: ColumnMessage[]) =>
      stepViews(playState({ guarded: [waits(2, 'b')], unguarded: by })).at(-1)?.cells
    expect(cells([runs(1, 'a')])).toEqual({ guarded: 'waiting', unguarded: 'waiting' })
    expect(cells([waits(2)])).toEqual({ guarded: 'waiting' })
    expect(cells([{ kind: 'verdict', verdict }])).toEqual({ guarded: 'waiting' })
  })

  it.each([
    ['Starting a stack …', [{ kind: 'progress', text: 'Starting a stack' }]],
    ['Next: step 1', [waits(1, 'a')]],
    ['Step 1 …', [waits(1, 'a'), runs(1, 'a')]],
    ['Next: check everything that is stored', [waits(2)]],
    ['Checking everything that is stored …', [runs(2)]],
    ['Played to its end', [{ kind: 'verdict', verdict }]],
  ] as [string, ColumnMessage[]][])('says %j', (words, messages) => {
    expect(playWords(playState({ guarded: messages }))).toBe(words)
  })

  it('takes nothing for a column that it does not have', () => {
    const state = playState({ guarded: [waits(1, 'a')] })
    expect(applyPlayMessage(state, { column: 'unguarded', kind: 'failed', why: '' })).toBe(state)
  })
})

describe('the picture of a step', () => {
  const arrow = { from: 'carla', to: 'API', label: 'POST /tickets', isHit: false }

  it('has a line for everybody, and arrows between them', () => {
    const { lines, arrows } = pictureView({ participants: ['carla', 'API'], arrows: [arrow] })
    expect(lines).toEqual([25, 75])
    expect(arrows).toEqual([{ fromX: 25, toX: 75, between: 'carla → API', label: 'POST /tickets', isHit: false }])
  })

  it('leaves out who is not on it', () => {
    expect(pictureView({ participants: ['carla'], arrows: [arrow] }).arrows).toEqual([])
  })
})
