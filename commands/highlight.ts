import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** What stands out in a told scenario. The first that fits a line is used; its first group is styled, or all of it. */
const styles: readonly [RegExp, Style][] = [
  [/^Verdict: holds.*|^holds /, 'green'],
  [/^Verdict: BROKEN.*|^BROKEN .*|^ {3}(?:BROKEN|NO) .*/, ['bold', 'red']],
  [/\(fault: .*|^ {3}fault .*/, 'red'],
  [/^\d+\./, 'bold'],
  [/^ {3}(?:wire|stored|seen|shows|without|yes|holds +\d+) /, 'dim'],
]

/** The text with colours for a terminal; without them where the stream is none, or NO_COLOR asks for that. */
export function highlighted(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const styled = (line: string) => {
    const [pattern, style] = styles.find(([each]) => each.test(line)) ?? []
    return pattern && style ? line.replace(pattern, (found) => styleText(style, found, { stream })) : line
  }
  return text.split('\n').map(styled).join('\n')
}
