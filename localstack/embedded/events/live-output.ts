import type { Log } from '../ports.ts'
import type { EventLine } from './event-line.ts'
import { formatLine } from './format-line.ts'

/** What a command that runs a stack prints. */
export interface OutputChoice {
  /** Addresses and problems only. */
  quiet?: boolean | undefined
  /** One JSON object per line. */
  json?: boolean | undefined
  /** A line per event; by default on a terminal only. */
  events?: boolean | undefined
}

export interface LiveOutput {
  log: Log
  onEvent: ((line: EventLine) => void) | undefined
  /** A step of the start, for people who wait. */
  step(what: string): void
  /** Says that the stack answers: `text` for people, `facts` as JSON. */
  ready(text: string, facts: object): void
  /** Runs `work` without a line for what its requests lead to, then or later. JSON has all. */
  unseen<T>(work: () => Promise<T>): Promise<T>
}

/** Where it goes: results to `out`, everything else to `note` and `step`. `print` writes a line of text to `out`. */
export interface OutputStreams {
  out: NodeJS.WriteStream
  print(line: string): void
  note(line: string): void
  step(what: string): void
}

export function createLiveOutput({ quiet, json, events }: OutputChoice, streams: OutputStreams): LiveOutput {
  return json ? jsonOutput(streams) : textOutput({ quiet: quiet === true, events }, streams)
}

function jsonOutput({ print, step }: OutputStreams): LiveOutput {
  const write = (fact: object) => print(JSON.stringify(fact))
  const said = (kind: string, fact: object) => write({ at: new Date().toISOString(), kind, ...fact })
  return {
    log: {
      info: (message) => said('note', { message }),
      warn: (message) => said('problem', { message }),
    },
    onEvent: write,
    step,
    ready: (_text, facts) => said('ready', facts),
    unseen: (work) => work(),
  }
}

function textOutput(
  { quiet, events }: { quiet: boolean; events: boolean | undefined },
  { out, print, note, step }: OutputStreams,
): LiveOutput {
  const showsAll = !quiet && (events ?? out.isTTY === true)
  /** Correlation ids of what is not shown. */
  const unseen = new Set<string>()
  let unseenWork = 0

  function onEvent(line: EventLine) {
    const { tone, correlationId = '' } = line
    if (unseenWork > 0 && correlationId !== '') unseen.add(correlationId)
    if (unseen.has(correlationId)) return
    if (tone !== 'problem' && (!showsAll || unseenWork > 0)) return
    print(formatLine(line, out))
  }

  return {
    log: {
      info: (message) => {
        if (!quiet) note(message)
      },
      warn: (message) => note(`! ${message}`),
    },
    onEvent: showsAll || quiet ? onEvent : undefined,
    step: quiet ? () => {} : step,
    ready: print,
    async unseen(work) {
      unseenWork++
      try {
        return await work()
      } finally {
        unseenWork--
      }
    },
  }
}
