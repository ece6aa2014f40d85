import type { CloudEvent } from './cloud-event.js';

export type Format = (event: CloudEvent) => string;

const STYLES = { bold: [1, 22], dim: [2, 22], cyan: [36, 39], green: [32, 39], yellow: [33, 39] } as const;
type Paint = (style: keyof typeof STYLES, words: string) => string;

const plain: Paint = (_, words) => words;
const coloured: Paint = (style, words) => `\u001b[${STYLES[style][0]}m${words}\u001b[${STYLES[style][1]}m`;

// Control signs, and those that turn the direction of writing: what strangers typed must not steer a terminal.
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const harmless = (words: string): string =>
  words.replace(STEERING, (sign) => Array.from(sign.split(''), (unit) => `\\u${hex(unit)}`).join(''));
const hex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');

/** One line, still valid JSON. */
export const asJson: Format = (event) => `${harmless(JSON.stringify(event))}\n`;

/** For people: what happened on the first line, to whom and with what below it. */
export function readable(colours: boolean): Format {
  const paint = colours ? coloured : plain;
  return (event) => {
    const head = `${paint('dim', clockTime(event.time))}  ${paint('bold', paint('cyan', harmless(event.type)))}`;
    const facts = [
      fact(paint, 'subject', event.subject),
      fact(paint, 'sequence', event.sequence),
      fact(paint, 'correlation', event.correlationid),
    ];
    return `${head}\n${facts.join('')}${members(paint, event.data)}\n`;
  };
}

const COLUMN = 14;

const fact = (paint: Paint, name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `${label(paint, name)}${harmless(String(value))}\n`;

const label = (paint: Paint, name: string): string => `  ${paint('dim', name.padEnd(COLUMN))}`;

function members(paint: Paint, data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return data === undefined ? '' : `${label(paint, 'data')}${value(paint, data)}\n`;
  }
  const lines = Object.entries(data).map(
    ([name, member], n) => `${label(paint, n === 0 ? 'data' : '')}${harmless(name)}: ${value(paint, member)}\n`,
  );
  return lines.join('');
}

function value(paint: Paint, member: unknown): string {
  const words = harmless(JSON.stringify(member) ?? 'null');
  if (typeof member === 'string') return paint('green', words);
  return paint(member === null ? 'dim' : 'yellow', words);
}

/** Local time of day; what is no time is shown as it came. */
function clockTime(time = ''): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return harmless(time) || '--:--:--.---';
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
