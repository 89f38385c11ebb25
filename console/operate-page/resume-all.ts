import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useFetched } from '../live/use-fetched.ts'
import { type Answer, type ResumptionFilter, resumeAll } from '../operator-api/command.ts'
import { CommandButton } from '../operator-api/command-button.ts'
import { useOperator } from '../operator-api/operator.ts'
import { filterWords, resumptionWords } from './saga-list-view.ts'

interface Props {
  tenant: string
  filter: ResumptionFilter
  onAnswer: () => void
}

/** Resumes all parked sagas that pass the filters, and says how far that is. */
export function ResumeAll({ tenant, filter, onAnswer }: Props) {
  const [id, setId] = useState<string>()
  const answered = (answer: Answer) => {
    if (answer.is === 'done') setId((answer.body as { id?: string } | undefined)?.id)
    onAnswer()
  }
  return html`
    <${CommandButton} tenant=${tenant} command=${resumeAll(filter)} about=${filterWords(filter)} onAnswer=${answered} />
    ${id !== undefined && html`<${Progress} tenant=${tenant} id=${id} />`}
  `
}

function Progress({ tenant, id }: { tenant: string; id: string }) {
  const { source, listPulse } = useOperator()
  const progress = useFetched({
    asked: id,
    pulse: listPulse.value,
    rests: ({ state }) => state === 'finished',
    read: () => source.resumption(tenant, id),
  })
  if (progress.status !== 'there')
    return html`<span role="status">${progress.status === 'failed' && progress.why}</span>`
  return html`<span role="status">${resumptionWords(progress.value)}</span>`
}
