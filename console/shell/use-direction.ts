import { useEffect, useState } from 'preact/hooks'

const narrow = matchMedia('(max-width: 60rem)')

/** How pictures are laid out: from left to right, or on a narrow page from top to bottom. */
export function useDirection(): 'across' | 'down' {
  const [isNarrow, setNarrow] = useState(narrow.matches)
  useEffect(() => {
    const listen = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', listen)
    return () => narrow.removeEventListener('change', listen)
  }, [])
  return isNarrow ? 'down' : 'across'
}
