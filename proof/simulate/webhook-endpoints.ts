/** The endpoints of each tenant; one of them refuses every message. */
export const webhookUrls = {
  crm: 'https://crm.example.com/in',
  gone: 'https://gone.example.com/in',
} as const
export type WebhookName = keyof typeof webhookUrls
