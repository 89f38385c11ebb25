/** The event-source mappings of a function on an emulator, which does not check the signature. */
export function eventSourcesOf(endpointUrl: string, functionName: string) {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0'
  const mappingsUrl = `${endpointUrl}/2015-03-31/event-source-mappings`
  const call = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { ...init, headers: { authorization, 'content-type': 'application/json' } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  const mappings = async (): Promise<{ UUID: string; State: string }[]> =>
    (await call(`${mappingsUrl}?FunctionName=${functionName}`)).EventSourceMappings
  return {
    async setEnabled(isEnabled: boolean) {
      for (const { UUID } of await mappings())
        await call(`${mappingsUrl}/${UUID}`, { method: 'PUT', body: JSON.stringify({ Enabled: isEnabled }) })
    },
    states: async () => (await mappings()).map(({ State }) => State),
  }
}
