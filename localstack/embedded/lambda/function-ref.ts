import { AwsError } from '../aws-error.ts'
import { accountId } from '../ports.ts'

/** A function as callers name it; without a qualifier, `$LATEST` is meant. */
export interface FunctionRef {
  name: string
  /** `$LATEST`, a version number or an alias. */
  qualifier: string
}

const functionArn = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/
const partialArn = /^\d{12}:function:([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/
const nameOnly = /^([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/

/**
 * Reads what Lambda takes as FunctionName: `NAME`, `NAME:QUALIFIER`, `ACCOUNT:function:NAME` or the full ARN.
 * Throws `ValidationException` for anything else.
 */
export function parseFunctionRef(text: string): FunctionRef {
  const match = functionArn.exec(text) ?? partialArn.exec(text) ?? nameOnly.exec(text)
  if (!match?.[1]) throw new AwsError('ValidationException', `"${text}" is not a function name or ARN`)
  return { name: match[1], qualifier: match[2] ?? '$LATEST' }
}

/** The ARN that `Ref` and `GetAtt` of a synthesized function stand for; with a qualifier, that of a version or alias. */
export function functionArnOf(name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:us-east-1:${accountId}:function:${name}`
  return qualifier === undefined ? arn : `${arn}:${qualifier}`
}
