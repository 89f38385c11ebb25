import { html } from 'htm/preact'
import { lanes, type TimelineRow } from './timeline-view.ts'

const laneWidth = 16
const width = laneWidth * lanes.length
/** The height of a line of text. Where a row is higher, its lanes only pass. */
const height = 34
const middle = height / 2
const xOf = (lane: number) => laneWidth * (lane + 0.5)

/** The lanes beside one step: whose line passes, where one begins, and where the step is. The list beside it says the same in words. */
export function LaneGraph({ row }: { row: TimelineRow }) {
  const { above, below, lane, branches, meets, step } = row
  const x = xOf(lane)
  return html`
    <div class="lanes" aria-hidden="true">
      <svg width=${width} height=${height}>
        ${above.map((each) => html`<path key=${`a${each}`} class="track" d=${`M${xOf(each)} 0V${middle}`} />`)}
        ${below.map((each) => html`<path key=${`b${each}`} class="track" d=${`M${xOf(each)} ${middle}V${height}`} />`)}
        ${branches.map(({ from, to }) => html`<path key=${`f${to}`} class="track" d=${branch(xOf(from), xOf(to))} />`)}
        ${meets !== undefined && html`<path class="meets" d=${`M${x} ${middle}H${xOf(meets)}`} />`}
        ${meets !== undefined && html`<circle class="met" cx=${xOf(meets)} cy=${middle} r="3" />`}
        <circle class=${`dot is-${step.tone ?? 'plain'}`} cx=${x} cy=${middle} r="4.5" />
      </svg>
      <${PassingLanes} passing=${below} />
    </div>
  `
}

/** Lines that only pass, as high as there is room. */
export function PassingLanes({ passing }: { passing: readonly number[] }) {
  return html`
    <svg class="passing" width=${width} viewBox=${`0 0 ${width} 10`} preserveAspectRatio="none" aria-hidden="true">
      ${passing.map((each) => html`<path key=${each} class="track" d=${`M${xOf(each)} 0V10`} />`)}
    </svg>
  `
}

/** Leaves a line above, arrives at the dot from its side. */
const branch = (fromX: number, toX: number) => `M${fromX} 0C${fromX} ${middle} ${fromX} ${middle} ${toX} ${middle}`
