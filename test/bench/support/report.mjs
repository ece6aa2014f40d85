import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median, short, shortSpread, spread } from './figures.mjs';
import { ROOT } from './folders.mjs';
import { ratios } from './rounds.mjs';

const HEAD = [
  'row',
  'ours',
  'baseline',
  'ratio (min–max)',
  'target',
  'met?',
  'CPU µs/op: ours (+db, client)',
  'bare (+db)',
];

/** Lines of the table for one row that was measured in turn with baselines. */
export function comparedLines({ title, targets }, samples) {
  const notes = problemsOf(samples);
  return targets.flatMap((target) => [comparedLine(title, target, samples), ...notes]);
}

function comparedLine(title, { what, against, atLeast }, samples) {
  const other = against ?? Object.keys(samples).find((name) => name !== 'ours');
  const rateOf = (name) => spread(samples[name].map(({ rate }) => rate));
  const ratio = ratios(samples, 'ours', other);
  const value = what === 'ratio' ? ratio.median : rateOf('ours').median;
  const wanted = atLeast === undefined ? '' : `≥ ${atLeast}${what === 'rate' ? '/s' : ''}`;
  return [
    title,
    `${shortSpread(rateOf('ours'))}/s`,
    `${other}: ${short(rateOf(other).median)}/s`,
    shortSpread(ratio),
    wanted,
    verdict(atLeast === undefined ? undefined : value >= atLeast),
    `${cpuOf(samples.ours, 'server')} (+${cpuOf(samples.ours, 'database')}, ${cpuOf(samples.ours, 'client')})`,
    `${cpuOf(samples[other], 'server')} (+${cpuOf(samples[other], 'database')})`,
  ];
}

const cpuOf = (samples, who) => short(median(samples.map(({ cpu }) => cpu[who])));

/** Answers that were no success make a row worthless, so they are shown. */
function problemsOf(samples) {
  const refused = Object.entries(samples).flatMap(([name, rounds]) =>
    rounds.flatMap((sample) =>
      Object.entries(sample.refused).map(([status, times]) => `${name}: ${status} × ${times}`),
    ),
  );
  return refused.length > 0 ? [[`  not answered with success: ${refused.join(', ')}`]] : [];
}

export function singleLine({ title, target }, values) {
  const { atMost } = target;
  const figures = spread(values);
  const wanted = atMost === undefined ? '' : `< ${atMost}`;
  const met = atMost === undefined ? undefined : figures.median < atMost;
  return [title, shortSpread(figures), '', '', wanted, verdict(met), '', ''];
}

/** A row that measures several figures at once: its title, then a line for each. */
export function figureLines({ title, figures }, values) {
  const lines = figures.map(({ name, title: what, atMost, atLeast }) => {
    const measured = spread(values[name]);
    const wanted = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `< ${atMost}` : '';
    const met = atLeast !== undefined ? measured.median >= atLeast : measured.median < atMost;
    return [`  ${what}`, shortSpread(measured), '', '', wanted, verdict(wanted === '' ? undefined : met), '', ''];
  });
  return [[title], ...lines];
}

const verdict = (met) => (met === undefined ? '' : met ? 'yes' : 'NO');

export function table(lines) {
  const all = [HEAD, ...lines];
  const full = all.filter((line) => line.length === HEAD.length);
  const widths = HEAD.map((_, column) => Math.max(...full.map((line) => line[column].length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const machine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  processors: `${os.availableParallelism()} × ${os.cpus()[0]?.model ?? 'unknown'}`,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  load: os.loadavg(),
});

export function save(results) {
  const folder = path.join(ROOT, 'test/bench/results');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return path.relative(ROOT, file);
}
