import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** The first pattern that matches a line styles what it matches. */
const styles: readonly [RegExp, Style][] = [
  [/^Verdict: (?:holds|caught).*|^holds /, 'green'],
  [/^Verdict: (?:BROKEN|SURVIVED).*|^BROKEN .*|^ {3}(?:BROKEN|NO) .*/, ['bold', 'red']],
  [/\(fault: .*|^ {3}fault .*/, 'red'],
  [/^\d+\./, 'bold'],
  [/^ {3}(?:wire|stored|note|shows|without|mutant|yes|holds +\d+) /, 'dim'],
]

/** Colours a scenario's report for a terminal. The text stays as it is for other streams, and when NO_COLOR is set. */
export function highlighted(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const styleLine = (line: string) => {
    const [pattern, style] = styles.find(([candidate]) => candidate.test(line)) ?? []
    return pattern && style ? line.replace(pattern, (match) => styleText(style, match, { stream })) : line
  }
  return text.split('\n').map(styleLine).join('\n')
}
