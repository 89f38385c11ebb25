import { readRecordedWork } from '../../portfolio/recorded-work.ts'
import { authorityPage } from './authority-page.ts'
import { conflictsPage } from './conflicts-page.ts'
import { consistencyPage } from './consistency-page.ts'
import { freshnessPage } from './freshness-page.ts'
import { lifecyclePage } from './lifecycle-page.ts'
import { renderPage } from './portfolio-page.ts'
import { risksPage } from './risks-page.ts'
import { sharingPage } from './sharing-page.ts'
import { transactionsPage } from './transactions-page.ts'
import { workloadPage } from './workload-page.ts'

/** The generated half of `docs/portfolio/`. */
export function portfolioPages(): { path: string; text: string }[] {
  const works = readRecordedWork()
  return [
    authorityPage(),
    transactionsPage(works),
    conflictsPage(works),
    sharingPage(works),
    consistencyPage(works),
    freshnessPage(),
    workloadPage(),
    lifecyclePage(),
    risksPage(),
  ].map(renderPage)
}
