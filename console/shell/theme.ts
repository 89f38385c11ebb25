import { signal } from '@preact/signals'

/** `system` follows the machine's own setting. */
export type Theme = 'system' | 'light' | 'dark'

const themes: readonly Theme[] = ['system', 'light', 'dark']
const stored = 'steadfast-theme'

export const theme = signal<Theme>(themes.find((each) => each === localStorage.getItem(stored)) ?? 'system')

export function setTheme(next: Theme): void {
  theme.value = next
  localStorage.setItem(stored, next)
  applyTheme()
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value
}
