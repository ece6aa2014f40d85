import type { Reporter, TestCase, TestModule } from 'vitest/node';

const ID = /\b(?:FM-[A-Z]\d+|KP-[A-Z]\d+|RC-\d+|INV-\d+|AC-\d+|LD-\d+)\b/g;

interface ScenarioRow {
  readonly ids: string;
  readonly title: string;
  runs: number;
  failed: number;
  ms: number;
}

/** One line for each scenario, however many rounds of it were played. */
export class ScenarioReporter implements Reporter {
  readonly #rows = new Map<string, ScenarioRow>();

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'skipped' || state === 'pending') return;
    const title = test.fullName.replace(/(?: >)? \((?:round|seed|n =)[^)]*\)/g, '');
    const row = this.#rows.get(title) ?? {
      ids: idsIn(title),
      title: titleWithoutIds(title),
      runs: 0,
      failed: 0,
      ms: 0,
    };
    row.runs += 1 + (test.diagnostic()?.repeatCount ?? 0);
    row.failed += state === 'failed' ? 1 : 0;
    row.ms += test.diagnostic()?.duration ?? 0;
    this.#rows.set(title, row);
  }

  onTestRunEnd(_modules: readonly TestModule[]): void {
    const rows = [...this.#rows.values()].sort((a, b) => a.ids.localeCompare(b.ids, 'en', { numeric: true }));
    console.log(`\n${formatTable(rows)}`);
  }
}

const idsIn = (title: string): string => [...new Set(title.match(ID))].join(' ');
const titleWithoutIds = (title: string): string =>
  title
    .replace(ID, '')
    .replaceAll(' > ', ': ')
    .replace(/\s+/g, ' ')
    .replace(/(?:: )+/g, ': ')
    .replace(/^[: ]+/, '')
    .trim();

function formatTable(rows: readonly ScenarioRow[]): string {
  const lines = rows.map(({ ids, title, runs, failed, ms }) => [
    ids,
    title.length > 96 ? `${title.slice(0, 95)}…` : title,
    String(runs),
    failed === 0 ? 'good' : `${failed} FAILED`,
    `${(ms / 1000).toFixed(1)} s`,
  ]);
  const all = [['id', 'what', 'runs', 'outcome', 'time'], ...lines];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  return all
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
