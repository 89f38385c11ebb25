import type { Arrow } from '../picture/arrows.ts'

/** Often enough to look like it happens, seldom enough to cost nothing beside it. */
const drawEveryMs = 150

/** Passes on the picture of a step while it is under way, each time that it has changed. The returned function ends that. */
export function drawLive(picture: () => Arrow[], onChange: (picture: Arrow[]) => void): () => void {
  let drawn = '[]'
  const timer = setInterval(() => {
    const arrows = picture()
    const text = JSON.stringify(arrows)
    if (text === drawn) return
    drawn = text
    onChange(arrows)
  }, drawEveryMs)
  return () => clearInterval(timer)
}
