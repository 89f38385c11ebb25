import * as z from 'zod'
import { Dependency, ResourceId, SlaPolicyId, UserId, WebhookName } from '../../domain/ids.ts'

/** Path parameters that several endpoints share. */
export const ticketParams = z.strictObject({ ticketId: ResourceId })
export const commentParams = z.strictObject({ ticketId: ResourceId, commentId: ResourceId })
export const attachmentParams = z.strictObject({ ticketId: ResourceId, attachmentId: ResourceId })
export const followerParams = z.strictObject({ ticketId: ResourceId, userId: UserId })
export const userParams = z.strictObject({ userId: UserId })
export const slaPolicyParams = z.strictObject({ policyId: SlaPolicyId })
export const webhookParams = z.strictObject({ name: WebhookName })
export const holdParams = z.strictObject({ dependency: Dependency })
