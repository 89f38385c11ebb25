import { html } from 'htm/preact'
import type { PlayedPicture } from '../wire-play.ts'
import { type ArrowView, pictureView } from './picture-layout.ts'

/** Who talked to whom in a step. Each arrow says in words what it is, so that nothing is lost without the drawing. */
export function StepPicture({ step, isLive = false }: { step: PlayedPicture; isLive?: boolean }) {
  const { participants, lines, arrows } = pictureView(step)
  if (arrows.length === 0) return html`<p class="note">Nothing was sent.</p>`
  return html`
    <div class=${`picture ${isLive ? 'is-live' : ''}`}>
      <p class="participants" aria-hidden="true">${participants.map((name) => html`<span key=${name}>${name}</span>`)}</p>
      <ol>
        ${arrows.map((arrow, at) => html`<${Arrow} key=${at} arrow=${arrow} lines=${lines} />`)}
      </ol>
    </div>
  `
}

const height = 16
const middle = height / 2

function Arrow({ arrow, lines }: { arrow: ArrowView; lines: readonly number[] }) {
  const { fromX, toX, between, label, isHit } = arrow
  const isForth = toX > fromX
  return html`
    <li class=${isHit ? 'is-problem' : ''}>
      <svg width="100%" height=${height} aria-hidden="true">
        ${lines.map((x) => html`<line key=${x} class="track" x1=${`${x}%`} x2=${`${x}%`} y1="0" y2=${height} />`)}
        <line class="arrow" x1=${`${fromX}%`} x2=${`${toX}%`} y1=${middle} y2=${middle} />
        <circle class="from" cx=${`${fromX}%`} cy=${middle} r="3" />
        <svg x=${`${toX}%`} y=${middle} overflow="visible">
          <path class="head" d=${isForth ? 'M0 0l-8 -4.5v9z' : 'M0 0l8 -4.5v9z'} />
        </svg>
      </svg>
      <p><b>${between}</b> ${label}</p>
    </li>
  `
}
