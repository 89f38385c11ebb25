import type { Visibility } from './visibility.ts'

/** The visibility of this page in this browser. */
export const pageVisibility: Visibility = {
  isHidden: () => document.hidden,
  onChange(listen) {
    document.addEventListener('visibilitychange', listen)
    return () => document.removeEventListener('visibilitychange', listen)
  },
}
