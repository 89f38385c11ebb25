/** A random id. Not `randomUUID`, which browsers have on secure origins only: the address of an emulator may be none. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
