import type { APIGatewayProxyEvent } from 'aws-lambda'
import files from 'console-files'
import { serveConsole } from './serve-console.ts'

export const handler = async (event: APIGatewayProxyEvent) => serveConsole(files, event)
