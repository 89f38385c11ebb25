import type { PlayedStep } from '../wire-play.ts'

/** Where an arrow runs between the life lines, in percent of the width. */
export interface ArrowView {
  fromX: number
  toX: number
  /** `from → to`. */
  between: string
  label: string
  isHit: boolean
}

export interface PictureView {
  participants: readonly string[]
  /** Of each participant's life line, in percent of the width. */
  lines: readonly number[]
  arrows: readonly ArrowView[]
}

/** The picture of a step. An arrow that names nobody who is drawn is left out: a damaged message must not break the page. */
export function pictureView({ participants, arrows }: Pick<PlayedStep, 'participants' | 'arrows'>): PictureView {
  const xOf = (at: number) => Math.round(((at + 0.5) / participants.length) * 10_000) / 100
  return {
    participants,
    lines: participants.map((_, at) => xOf(at)),
    arrows: arrows.flatMap(({ from, to, label, isHit }) => {
      const [fromAt, toAt] = [participants.indexOf(from), participants.indexOf(to)]
      if (fromAt < 0 || toAt < 0) return []
      return [{ fromX: xOf(fromAt), toX: xOf(toAt), between: `${from} → ${to}`, label, isHit }]
    }),
  }
}
