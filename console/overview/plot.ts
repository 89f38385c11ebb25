import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Columns } from './plot-data.ts'

export interface Series {
  label: string
  /** A custom property of the style sheet, such as `--flow`. */
  colour: string
}

interface Props {
  title: string
  /** What it says in words, now. */
  summary: string
  series: readonly Series[]
  columns: Columns
  /** A tick of the scale in words. */
  inUnit: (tick: number) => string
}

const heightPx = 132
const windowSeconds = 120
/** Between the lines of the grid. */
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]

const timeOfDay = (seconds: number) => new Date(seconds * 1_000).toLocaleTimeString('en-GB')

/** A plot of the last minutes. Its words say the same for people who do not see it. */
export function Plot({ title, summary, series, columns, inUnit }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)

  useEffect(() => {
    const element = holder.current
    if (!element) return
    const made = new uPlot(optionsOf(series, inUnit, element), columns, element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }))
    resize.observe(element)
    // Colours are read when it draws.
    const repaint = () => made.redraw(false)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', repaint)
    const theme = new MutationObserver(repaint)
    theme.observe(document.documentElement, { attributes: true })
    return () => {
      resize.disconnect()
      theme.disconnect()
      dark.removeEventListener('change', repaint)
      made.destroy()
    }
  }, [])
  useEffect(() => plot.current?.setData(columns), [columns])

  return html`
    <div class="plot">
      <h3>${title}</h3>
      <p class="note">${summary}</p>
      <div class="canvas" ref=${holder} aria-hidden="true"></div>
      <ul class="legend" aria-label=${`Lines of ${title}`}>
        ${series.map(({ label, colour }) => html`<li key=${label}><i class=${`key is-${colour.slice(2)}`}></i>${label}</li>`)}
      </ul>
    </div>
  `
}

function optionsOf(series: readonly Series[], inUnit: Props['inUnit'], element: HTMLElement): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(name)
  const axis = {
    stroke: colour('--ink-soft'),
    font: '12px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  }
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_plot, _min, max) => [max - windowSeconds, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(max, 4) * 1.1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 30, space: 90, values: (_plot, ticks) => ticks.map(timeOfDay) },
      { ...axis, size: 56, space: 28, incrs: steps, values: (_plot, ticks) => ticks.map(inUnit) },
    ],
    series: [
      {},
      ...series.map(({ label, colour: name }) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        // A second without neighbours is no line.
        points: { show: true, size: 3, stroke: colour(name), fill: colour(name) },
        spanGaps: false,
      })),
    ],
  }
}
