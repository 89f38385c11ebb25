import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Credentials of one function's role session, as Lambda puts them into its environment. */
export interface SessionCredentials {
  AWS_ACCESS_KEY_ID: string
  AWS_SECRET_ACCESS_KEY: string
  AWS_SESSION_TOKEN: string
}

/** Gives every function credentials of its own, so that the edge knows who calls. The same data folder gives the same ones. */
export interface Sessions {
  issue(functionName: string, roleName: string): SessionCredentials
  /** The same for one environment of the function: only its session token is another one, as on AWS. */
  issueFor(environment: string, functionName: string, roleName: string): SessionCredentials
  /** The role whose session this access key belongs to; undefined for keys that were never issued here. */
  identify(accessKeyId: string): string | undefined
  /** The key to verify signatures (presigned URLs) with. */
  secretOf(accessKeyId: string): string | undefined
}

/** The environment whose session token this is; undefined for other tokens. */
export function environmentOfToken(sessionToken: string | undefined): string | undefined {
  return sessionToken?.split(environmentMark)[1]
}

/** No character of base64. */
const environmentMark = '.'

const secretFile = 'session-secret'

export function openSessions(folder: string): Sessions {
  const secret = readSecret(folder)
  const issued = new Map<string, { roleName: string; secretKey: string }>()
  const derive = (purpose: string, text: string) => createHmac('sha256', secret).update(`${purpose}\0${text}`).digest()

  const sessions: Sessions = {
    issue(functionName, roleName) {
      const who = `${functionName}\0${roleName}`
      const accessKeyId = `ASIA${base32(derive('access-key', who)).slice(0, 16)}`
      const secretKey = derive('secret-key', who).toString('base64').slice(0, 40)
      issued.set(accessKeyId, { roleName, secretKey })
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretKey,
        AWS_SESSION_TOKEN: derive('session-token', who).toString('base64'),
      }
    },
    issueFor(environment, functionName, roleName) {
      const credentials = sessions.issue(functionName, roleName)
      return { ...credentials, AWS_SESSION_TOKEN: credentials.AWS_SESSION_TOKEN + environmentMark + environment }
    },
    identify: (accessKeyId) => issued.get(accessKeyId)?.roleName,
    secretOf: (accessKeyId) => issued.get(accessKeyId)?.secretKey,
  }
  return sessions
}

/** Kept in the data folder: URLs that were signed before a restart stay valid, and no one outside can sign one. */
function readSecret(folder: string): Buffer {
  const file = join(folder, secretFile)
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, randomBytes(32), { mode: 0o600 })
    renameSync(`${file}.part`, file)
  }
  return readFileSync(file)
}

/** RFC 4648 alphabet, which access key ids are made of. */
function base32(bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let text = ''
  for (let bit = 0; bit + 5 <= bytes.length * 8; bit += 5) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    text += alphabet[(pair >> (11 - (bit & 7))) & 31]
  }
  return text
}
