import { backlogs } from './rows/backlog.mjs';
import { create } from './rows/create.mjs';
import { enumeration, enumerationRefused } from './rows/enumeration.mjs';
import { events } from './rows/events.mjs';
import { floods } from './rows/flood.mjs';
import { whoCameFromElsewhere } from './rows/foreign-passwords.mjs';
import { hashing } from './rows/hashing.mjs';
import { importing } from './rows/import.mjs';
import { lists } from './rows/lists.mjs';
import { overload } from './rows/overload.mjs';
import { processes } from './rows/process.mjs';
import { reads } from './rows/reads.mjs';
import { registration } from './rows/registration.mjs';
import { routes } from './rows/routes.mjs';
import { sessionRows } from './rows/sessions.mjs';
import { readOptions } from './support/options.mjs';
import { profileInto } from './support/program.mjs';
import { comparedLines, figureLines, machine, save, singleLine, table } from './support/report.mjs';
import { inTurn } from './support/rounds.mjs';

const ROWS = [
  registration,
  create,
  importing,
  ...hashing,
  ...routes,
  ...sessionRows,
  whoCameFromElsewhere,
  ...processes,
  ...overload,
  ...floods,
  reads,
  lists,
  enumeration,
  enumerationRefused,
  ...events,
  ...backlogs,
];

/** `--only activation` takes activation12 and activation10. */
const isWanted = (key, only) =>
  only === undefined || only.some((name) => key.replace(/\d+$/, '') === name || key === name);

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.list) return console.log(ROWS.map(({ key, title }) => `${key.padEnd(16)} ${title}`).join('\n'));
  const rows = ROWS.filter(({ key }) => isWanted(key, options.only));
  if (rows.length === 0) throw new Error('there is no such row: --list shows them');
  profileInto(options.profile);
  const before = machine();
  const measured = [];
  for (const row of rows) measured.push(await measure(row, options));
  const lines = measured.flatMap(({ lines }) => lines);
  const results = measured.map(({ key, samples, values }) => ({ key, samples, values }));
  const file = save({ before, after: machine(), options, results });
  console.log(
    `\n${before.processors}, Node ${before.node}, load ${before.load.map((n) => n.toFixed(1)).join(' ')} at the start\n`,
  );
  console.log(`${table(lines)}\n\n${file}`);
}

async function measure(row, options) {
  const tell = (what) => console.error(`${new Date().toTimeString().slice(0, 8)}  ${row.key}: ${what}`);
  if (row.measure) {
    const values = await row.measure(options, tell);
    return { key: row.key, values, lines: row.figures ? figureLines(row, values) : [singleLine(row, values)] };
  }
  const samples = await inTurn(row.contenders(options), options, tell);
  return { key: row.key, samples, lines: comparedLines(row, samples) };
}

await main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
