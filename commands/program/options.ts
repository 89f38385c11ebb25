import { InvalidArgumentError, Option } from 'commander'
import { Reason } from '../../domain/text.ts'

/** Where a local stack keeps its state. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'the data folder of the stack').default('.steadfast')
}

/** The address of the API; without it, commands use the one in the data folder's outputs.json. */
export function targetOption(): Option {
  return new Option('--target <url>', 'the address of the API (default: the one in outputs.json of the data folder)')
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.')
  return value
}

/** A time in the form in which times are stored, because those are compared as text. */
export function storedTime(text: string): string {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It must be a time such as 2026-03-01T12:00:00.000Z.')
  return new Date(ms).toISOString()
}

/** Why an operator does something, for others to read. */
export function reasonText(text: string): string {
  const { success, data } = Reason.safeParse(text)
  if (!success) throw new InvalidArgumentError('It must be 1 to 500 characters.')
  return data
}

/** 0 picks a free port. */
export function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a port number from 0 to 65535.')
  return port
}

export function count(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a whole number of at least 0.')
  return value
}

export function ratio(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of at least 0, such as 0.1.')
  return value
}

export function shareBelowOne(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('It must be a number of at least 0 and less than 1, such as 0.2.')
  return value
}

/** One of so many parts of some work: 1 to `of`. */
export interface Part {
  number: number
  of: number
}

/** Such as `2/5`. */
export function parsePart(text: string): Part {
  const [, number, of] = (/^([0-9]+)\/([0-9]+)$/.exec(text) ?? []).map(Number)
  if (!number || !of || number > of) throw new InvalidArgumentError('It must be a part such as 1/4.')
  return { number, of }
}
