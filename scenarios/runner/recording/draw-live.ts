import type { Arrow } from '../picture/arrows.ts'

/** Often enough to look like it happens, seldom enough to cost nothing beside it. */
const drawEveryMs = 150

/** Tells the picture of a step while it is under way, each time that it has changed. The returned function ends that. */
export function drawLive(picture: () => Arrow[], tell: (picture: Arrow[]) => void): () => void {
  let told = '[]'
  const timer = setInterval(() => {
    const arrows = picture()
    const text = JSON.stringify(arrows)
    if (text === told) return
    told = text
    tell(arrows)
  }, drawEveryMs)
  return () => clearInterval(timer)
}
