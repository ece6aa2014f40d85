import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITS, type LimitRule } from '../../../libs/platform/config/src/limits.js';
import { simulateGuesses } from './sign-in-attack-model.js';

const PAGE = 'docs/security.md';
const BLOCK = /<!-- limits -->\n[\s\S]*<!-- \/limits -->/;
const ARITHMETIC = /<!-- arithmetic -->\n[\s\S]*<!-- \/arithmetic -->/;
const SIGN_IN_ARITHMETIC = /<!-- sign-in-arithmetic -->\n[\s\S]*<!-- \/sign-in-arithmetic -->/;
const TIMES = new Map([
  [undefined, 'at one moment'],
  [60, '1 minute'],
  [3_600, '1 hour'],
  [86_400, '24 hours'],
  [604_800, '7 days'],
]);

function renderLimitsTable(): string {
  const rows = Object.values<LimitRule>(LIMITS).map((rule) => {
    const off = rule.always ? ' (always on)' : '';
    return `| \`${rule.setting}\` | ${rule.default ?? 'off'}${off} | ${rule.counts} | ${TIMES.get(rule.windowSeconds)} | ${rule.excess} | ${rule.kept} |`;
  });
  const head = '| setting | default | what is counted | in | beyond it | kept in |\n|---|---|---|---|---|---|';
  return `<!-- limits -->\n${head}\n${rows.join('\n')}\n<!-- /limits -->`;
}

const DAYS = 30;
const MINUTES_A_DAY = 1_440;
const CODES = { 4: 10_000, 8: 100_000_000 } as const;

/** One of so many guesses at fresh 4-digit codes is right. */
const chance = (guesses: number): number => 1 - (1 - 1 / CODES[4]) ** guesses;

function formatProbability(probability: number): string {
  if (probability > 0.9995) return '~100 %';
  if (probability < 0.001) return probability.toExponential(1);
  const percent = 100 * probability;
  return `${percent.toFixed(percent < 10 || percent > 99 ? 1 : 0)} %`;
}

function renderCodeArithmetic(): string {
  const tries = LIMITS.triesPerCode.default;
  const [attempts, ofSource] = [LIMITS.attemptsPerIdentifier.default, LIMITS.attemptsPerSource.default];
  const [day, week] = [LIMITS.guessesPerDay.default, LIMITS.guessesPerWeek.default];
  const minutely = (each: number) => [
    `${each} a minute`,
    formatProbability(chance(each * MINUTES_A_DAY)),
    formatProbability(chance(each * MINUTES_A_DAY * DAYS)),
  ];
  const rows = [
    [
      `${tries} tries per code, ${attempts} live attempts, a new code each minute, nothing else`,
      ...minutely(tries * attempts),
    ],
    [`the same from one source (${ofSource} live attempts)`, ...minutely(tries * ofSource)],
    [`+ ${day} guesses a day`, `${day} a day`, formatProbability(chance(day)), formatProbability(chance(day * DAYS))],
    [
      `**+ ${week} guesses a week: what holds today**`,
      `${day} a day, ${week} a week`,
      `**${formatProbability(chance(day))}**`,
      `**${formatProbability(chance((week * DAYS) / 7))}**`,
    ],
  ];
  const head = '| what is limited, one identifier | guesses at 4 digits | a day | 30 days |\n|---|---|---|---|';
  return `<!-- arithmetic -->\n${head}\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n<!-- /arithmetic -->`;
}

const SOURCES = [1, 10, 100, 1_000, 10_000];

function renderSignInArithmetic(): string {
  const whole = (guesses: number): string => String(Number(guesses.toPrecision(2))).replace(/\B(?=(\d{3})+$)/g, ' ');
  const rows = SOURCES.map((sources) => {
    const { firstDay, laterDay } = simulateGuesses(sources);
    return `| ${whole(sources)} | ${whole(firstDay)} | ${whole(laterDay)} |`;
  });
  const head = '| sources | guesses on the first day | on each later day |\n|---|---|---|';
  return `<!-- sign-in-arithmetic -->\n${head}\n${rows.join('\n')}\n<!-- /sign-in-arithmetic -->`;
}

/** The block of the page between these two marks; UPDATE_DOCS=1 writes it. */
function readBlock(pattern: RegExp, wanted: string): string | undefined {
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['UPDATE_DOCS']) writeFileSync(PAGE, page.replace(pattern, wanted));
  return pattern.exec(readFileSync(PAGE, 'utf8'))?.[0];
}

describe('the limits in the documentation', () => {
  it('ST-01 are the ones the program has', () => {
    expect(readBlock(BLOCK, renderLimitsTable())).toBe(renderLimitsTable());
  });

  it('ST-07 are worth what it says: less than one in a thousand per identifier and day', () => {
    expect(readBlock(ARITHMETIC, renderCodeArithmetic())).toBe(renderCodeArithmetic());
    expect(chance(LIMITS.guessesPerDay.default)).toBeLessThan(1e-3);
  });

  it('tells how many passwords so many sources can try at one name in a day [AC-66]', () => {
    expect(readBlock(SIGN_IN_ARITHMETIC, renderSignInArithmetic())).toBe(renderSignInArithmetic());
  });

  it('ST-07 of reset codes are worth what it says: less than one in a million per identifier and day', () => {
    const tries = LIMITS.triesPerCode.default;
    const [ofSource, day] = [LIMITS.sendsPerSourceDay.default * tries, LIMITS.sendsPerIdentifier.default * tries];
    const right = (guesses: number): string => (guesses / CODES[8]).toExponential(1);
    const page = readFileSync(PAGE, 'utf8').replaceAll(/\s+/g, ' ');
    expect(page).toContain(`so ${ofSource} guesses at one customer; all sources together`);
    expect(page).toContain(`so at most ${day}: ${right(day)} a day, ${right(day * DAYS)} in ${DAYS} days.`);
    expect(day / CODES[8]).toBeLessThan(1e-6);
  });

  it('ST-07 name four digits as a deviation of so many bits, and what complies', () => {
    const bits = (digits: 4 | 8): number => Math.log2(CODES[digits]);
    expect([bits(4) < 20, bits(8) >= 20]).toEqual([true, true]);
    const page = readFileSync(PAGE, 'utf8').replaceAll(/\s+/g, ' ');
    expect(page).toContain(`**6.5.4**, 20 bits: four digits are ${bits(4).toFixed(1)}.`);
    expect(page).toContain(`\`CODE_LENGTH=8\` (${bits(8).toFixed(1)} bits) complies.`);
  });
});

it('.env.example tells of each limit what it counts, and its default', () => {
  const example = readFileSync('.env.example', 'utf8');
  for (const { setting, default: standard, counts } of Object.values<LimitRule>(LIMITS)) {
    const [, value, told = ''] = new RegExp(`^# ${setting}=(\\S*) +# (.+)$`, 'm').exec(example) ?? [];
    expect([value, told.startsWith(counts) || counts.startsWith(told)], setting).toEqual([
      String(standard ?? 'off'),
      true,
    ]);
  }
});
