import { signal } from '@preact/signals'

/** What was sent and answered, the newest first. It stays when the row that one clicked on is gone. */
export const answers = signal<readonly { at: number; about: string; words: string }[]>([])

const kept = 5
let timesForgotten = 0

/** Logs what comes of a command that is sent now. What comes of it after {@link forgetAnswers} is not logged: someone else may read it. */
export function openAnswer(): (about: string, words: string) => void {
  const openedAt = timesForgotten
  return (about, words) => {
    if (openedAt === timesForgotten) answers.value = [{ at: Date.now(), about, words }, ...answers.value].slice(0, kept)
  }
}

/** Forgets the answers: the next user who signs in did not send these commands. */
export function forgetAnswers(): void {
  timesForgotten++
  answers.value = []
}
