/** Whether anybody can see the page, and a way to hear when that changes, which returns how to stop hearing. */
export interface Visibility {
  isHidden(): boolean
  onChange(listen: () => void): () => void
}
