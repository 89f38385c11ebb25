import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type FunctionName, httpFunctions } from '../../app/functions.ts'
import { apiPublisher, type MetricName, metrics } from '../../app/metrics.ts'

const repository = resolve(import.meta.dirname, '../..')
const catalogue = join(repository, 'app/metrics.ts')
const sources = new Map<string, { text: string; imports: string[] }>()

function source(file: string): { text: string; imports: string[] } {
  const known = sources.get(file)
  if (known) return known
  const text = readFileSync(file, 'utf8')
  const imports = [...text.matchAll(/^(?:import|export) (?!type )[^']*'(\.[^']+\.ts)'/gm)].map(([, path = '']) =>
    resolve(dirname(file), path),
  )
  const read = { text, imports }
  sources.set(file, read)
  return read
}

/** Everything that a function's handler imports at run time, but the catalogue, which names every metric. */
function reachable(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || file === catalogue) return found
  found.add(file)
  for (const next of source(file).imports) reachable(next, found)
  return found
}

/** The metrics that the code of a function names. */
export function metricsNamedBy(name: FunctionName): MetricName[] {
  const texts = [...reachable(join(repository, 'functions', name, 'handler.ts'))].map((file) => source(file).text)
  return (Object.keys(metrics) as MetricName[]).filter((metric) => texts.some((text) => text.includes(`'${metric}'`)))
}

/** The function that publishes under this dimension; any function of the API publishes as `api`. */
export function publishes(publisher: string, metric: string): boolean {
  const name =
    publisher === apiPublisher ? (Object.keys(httpFunctions)[0] as FunctionName) : (publisher as FunctionName)
  return metricsNamedBy(name).some((each) => each === metric)
}
