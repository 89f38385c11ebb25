/** A word of an expression. `index` is a whole number, `keyword` one of the grammar's own words, `unknown` a character of no grammar. */
export interface Token {
  kind: 'identifier' | 'keyword' | 'name' | 'value' | 'index' | 'symbol' | 'unknown' | 'end'
  text: string
  start: number
  end: number
}

/** An expression that DynamoDB refuses; the message without the parameter's name. */
export class ExpressionError extends Error {}

/** Reads the tokens of an expression in order. A keyword is asked for in capitals and found in any case. */
export interface Cursor {
  readonly text: string
  /** The next token, or the one after it. */
  peek(ahead?: number): Token
  next(): Token
  is(text: string): boolean
  /** Takes the next token if it has this text. */
  skip(text: string): boolean
  expect(text: string): Token
  /** A syntax error at the next token, in DynamoDB's words: with the text from the token before to the token after it. */
  fail(): never
}

const pattern =
  /(?<space>[ \t\r\n]+)|(?<identifier>[A-Za-z_][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<index>0|[1-9][0-9]*)|(?<symbol><>|<=|>=|[=<>()[\],.+-])|(?<unknown>[\s\S])/uy

/** Linear in the length of the text. */
function tokenize(text: string, keywords: ReadonlySet<string>): Token[] {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  for (let start = 0; start < text.length; start = pattern.lastIndex) {
    const { groups = {}, 0: found = '' } = pattern.exec(text) ?? {}
    const kind = Object.keys(groups).find((group) => groups[group] !== undefined) as Token['kind'] | 'space'
    if (kind === 'space') continue
    const isKeyword = kind === 'identifier' && keywords.has(found.toUpperCase())
    tokens.push({ kind: isKeyword ? 'keyword' : kind, text: found, start, end: start + found.length })
  }
  return tokens
}

export function readTokens(text: string, keywords: ReadonlySet<string>): Cursor {
  const tokens = tokenize(text, keywords)
  const end: Token = { kind: 'end', text: '<EOF>', start: text.length, end: text.length }
  let position = 0
  const at = (index: number) => tokens[index] ?? end
  const matches = ({ kind, text: found }: Token, wanted: string) =>
    kind === 'symbol' ? found === wanted : kind === 'keyword' && found.toUpperCase() === wanted

  const cursor: Cursor = {
    text,
    peek: (ahead = 0) => at(position + ahead),
    next: () => at(position++),
    is: (wanted) => matches(at(position), wanted),
    skip(wanted) {
      if (!matches(at(position), wanted)) return false
      position++
      return true
    },
    expect(wanted) {
      if (!matches(at(position), wanted)) cursor.fail()
      return at(position++)
    },
    fail() {
      const from = position === 0 ? 0 : at(position - 1).start
      const near = text.slice(from, at(position + 1).end)
      throw new ExpressionError(`Syntax error; token: "${at(position).text}", near: "${near}"`)
    },
  }
  return cursor
}
