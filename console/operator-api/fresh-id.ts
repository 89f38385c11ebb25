/** A random id. Browsers have `randomUUID` on secure origins only, and an emulator's address may not be secure. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
