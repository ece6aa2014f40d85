import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITS, type LimitRule } from '../../libs/platform/src/config/limits.js';

const PAGE = 'docs/security.md';
const BLOCK = /<!-- limits -->\n[\s\S]*<!-- \/limits -->/;
const TIMES = new Map([
  [undefined, 'at one moment'],
  [60, '1 minute'],
  [3_600, '1 hour'],
  [86_400, '24 hours'],
  [604_800, '7 days'],
]);

function table(): string {
  const rows = Object.values<LimitRule>(LIMITS).map((rule) => {
    const off = rule.always ? ' (always on)' : '';
    return `| \`${rule.setting}\` | ${rule.default ?? 'off'}${off} | ${rule.counts} | ${TIMES.get(rule.windowSeconds)} | ${rule.excess} | ${rule.kept} |`;
  });
  const head = '| setting | default | what is counted | in | beyond it | kept in |\n|---|---|---|---|---|---|';
  return `<!-- limits -->\n${head}\n${rows.join('\n')}\n<!-- /limits -->`;
}

describe('the table of limits in the documentation', () => {
  it('ST-01 is the one the program has', () => {
    const page = readFileSync(PAGE, 'utf8');
    // UPDATE_DOCS=1 writes it.
    if (process.env['UPDATE_DOCS']) writeFileSync(PAGE, page.replace(BLOCK, table()));
    expect(BLOCK.exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(table());
  });
});
