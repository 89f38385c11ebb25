import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Arrow } from '../../scenarios/runner/picture/arrows.ts'
import { drawLive } from '../../scenarios/runner/recording/draw-live.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const arrow = (message: string): Arrow => ({ from: 'carla', to: 'API', message, outcome: '', times: 1 })

describe('a picture that is drawn while its step is under way', () => {
  it('is passed on when it has changed, and not otherwise', () => {
    let picture: Arrow[] = []
    const pictures: string[][] = []
    const stop = drawLive(
      () => picture,
      (arrows) => pictures.push(arrows.map(({ message }) => message)),
    )
    vi.advanceTimersByTime(1_000)
    expect(pictures).toEqual([])
    picture = [arrow('one')]
    vi.advanceTimersByTime(1_000)
    picture = [arrow('one'), arrow('two')]
    vi.advanceTimersByTime(1_000)
    expect(pictures).toEqual([['one'], ['one', 'two']])
    stop()
    picture = []
    vi.advanceTimersByTime(1_000)
    expect(pictures).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
