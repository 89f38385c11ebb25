/** The assembly asks for something that the embedded stack does not do. The message is one line and names resource and type. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TemplateError'
  }
}
