import type { JsonSchema } from './json-schema.ts'

/** Who relies on a contract, which decides what breaks it. */
export type Party =
  /** Others read what we send: they ignore what they do not know, and miss what they know. */
  | 'consumer'
  /** Others send what we read: what they send today must be taken tomorrow. */
  | 'client'
  /** We read what an earlier version has stored. */
  | 'stored'

/** The form of one kind of message, body or document, with everybody who relies on it. */
export interface Contract {
  /** Unique in the registry, such as `event ticket.opened` or `POST /tickets`. */
  name: string
  parties: readonly Party[]
  schema: JsonSchema
  /** Where its `$ref`s point. */
  document: object
}

/** A file of the registry: JSON Schemas under `$defs`, or an OpenAPI document. */
export interface ContractFile {
  /** Without folder, the same in each release. */
  name: string
  says: string
  document: object
  contractsIn(document: object): Contract[]
}
