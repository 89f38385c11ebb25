/** The console's other tabs in this browser. */
export interface OtherTabs {
  /** Tells them that this one opens a stream. */
  tell(): void
  onTold(listen: () => void): void
}

export function otherTabs(): OtherTabs {
  const channel = new BroadcastChannel('steadfast-console')
  return {
    tell: () => channel.postMessage('opens'),
    onTold: (listen) => channel.addEventListener('message', listen),
  }
}
