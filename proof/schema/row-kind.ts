import type * as z from 'zod'
import type { Row, TableName, Write } from '../../tables/store.ts'

/**
 * What of a person an attribute holds: `id` names somebody (and may be an e-mail address, if the identity provider issues such ids),
 * `contact` reaches somebody, `text` was written by somebody, `secret` must be shown to nobody.
 */
export type Personal = 'id' | 'contact' | 'text' | 'secret'

/** What a reader must know of one attribute, besides the type and constraints that its schema gives. */
export interface Note {
  meaning: string
  /** Replaces the type that the schema gives, where another part of the page tells more. */
  type?: string
  personal?: Personal
  /** Who or what changes it after the row was created. Without it, it never changes. */
  changes?: string
}

export type OptionalNote = Note & { absent: string }

/** An attribute that the schema of its kind does not have: a key of an index, or one that only conditions and people look at. */
export type StoredNote = Note & { type: string; absent?: string }

/** Attributes whose names are made at run time, such as the attempts of a saga. */
export interface Family extends Note {
  /** The name for readers. */
  name: string
  names: RegExp
  type: string
}

type KeyOf<Value> = Value extends unknown ? keyof Value : never
type At<Value, Key> = Value extends unknown ? (Key extends keyof Value ? Value[Key] : undefined) : never

/** A note for each attribute of a schema; where the schema allows absence, with the reason for it. A plain text is a note without more. */
export type Notes<Value> = {
  [Key in KeyOf<Value>]-?: undefined extends At<Value, Key> ? OptionalNote : string | Note
}

/** How long a row lives and what may change it. `append-only` rows are written under the condition that they are absent. */
export type Life = 'append-only' | 'mutable' | 'counter' | 'queue'

/** One kind of row: what `docs/schema.md` says, and what every stored row is held to. */
export interface RowKind {
  /** A noun, unique in its table. */
  name: string
  table: TableName
  /** The key, with a placeholder for each part: `{id}` stands for text without `#`, `{key…}` for any text. */
  key: { pk: string | readonly string[]; sk?: string }
  /** What exactly one row is. */
  is: string
  life: Life
  /** What changes it, under which condition. */
  changed: string
  /** When and by what it is deleted, and what then becomes of rows that refer to it. */
  deleted: string
  /** What keeps a second row of the same thing from existing. */
  unique: string
  /** What the code parses a stored row by. */
  schema: z.ZodType
  notes: Readonly<Record<string, string | Note | OptionalNote>>
  stored: Readonly<Record<string, StoredNote>>
  families: readonly Family[]
  /** The writes of the code that make an example, in order. */
  example: () => readonly Write[]
}

type Definition<Value, Name extends string> = Omit<RowKind, 'name' | 'schema' | 'notes' | 'stored' | 'families'> & {
  name: Name
  schema: z.ZodType<Value>
  notes: Notes<Value>
  stored?: RowKind['stored']
  families?: readonly Family[]
}

/** Defines a kind. The compiler asks for a note on every attribute of the schema, and knows its name. */
export function rowKind<Value, const Name extends string>({
  stored = {},
  families = [],
  notes,
  ...rest
}: Definition<Value, Name>): RowKind & { name: Name } {
  return { ...rest, notes: notes as RowKind['notes'], stored, families }
}

export function noteOf(note: string | Note | OptionalNote): Note & { absent?: string } {
  return typeof note === 'string' ? { meaning: note } : note
}

/** Whether the row has the key of this kind. */
export function hasKeyOf({ key }: RowKind, { pk, sk }: Row): boolean {
  const patterns = typeof key.pk === 'string' ? [key.pk] : key.pk
  const hasSortKey = key.sk === undefined ? sk === undefined : matches(key.sk, String(sk))
  return hasSortKey && patterns.some((pattern) => matches(pattern, String(pk)))
}

const compiled = new Map<string, RegExp>()

function matches(pattern: string, text: string): boolean {
  let regex = compiled.get(pattern)
  if (!regex) {
    const source = pattern
      .split(/(\{[^}]*\})/)
      .map((part) => {
        if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
        return part.endsWith('…}') ? '.+' : '[^#]+'
      })
      .join('')
    regex = new RegExp(`^${source}$`, 's')
    compiled.set(pattern, regex)
  }
  return regex.test(text)
}
