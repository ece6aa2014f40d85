import type { CloudEvent } from './cloud-event.js';

export type EventFormatter = (event: CloudEvent) => string;

const ANSI_STYLES = { bold: [1, 22], dim: [2, 22], cyan: [36, 39], green: [32, 39], yellow: [33, 39] } as const;
type Paint = (style: keyof typeof ANSI_STYLES, words: string) => string;

const plain: Paint = (_, words) => words;
const coloured: Paint = (style, words) => `\u001b[${ANSI_STYLES[style][0]}m${words}\u001b[${ANSI_STYLES[style][1]}m`;

// Control signs, and those that turn the direction of writing: what strangers typed must not steer a terminal.
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const escapeControlCharacters = (words: string): string =>
  words.replace(CONTROL_CHARACTERS, (sign) => Array.from(sign.split(''), (unit) => `\\u${toHex(unit)}`).join(''));
const toHex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');

/** One line, still valid JSON. */
export const formatJson: EventFormatter = (event) => `${escapeControlCharacters(JSON.stringify(event))}\n`;

/** For people: what happened on the first line, to whom and with what below it. */
export function createTextFormatter(colours: boolean): EventFormatter {
  const paint = colours ? coloured : plain;
  return (event) => {
    const head = `${paint('dim', formatLocalTime(event.time))}  ${paint('bold', paint('cyan', escapeControlCharacters(event.type)))}`;
    const fields = [
      formatField(paint, 'subject', event.subject),
      formatField(paint, 'sequence', event.sequence),
      formatField(paint, 'correlation', event.correlationid),
    ];
    return `${head}\n${fields.join('')}${formatData(paint, event.data)}\n`;
  };
}

const LABEL_WIDTH = 14;

const formatField = (paint: Paint, name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `${formatLabel(paint, name)}${escapeControlCharacters(String(value))}\n`;

const formatLabel = (paint: Paint, name: string): string => `  ${paint('dim', name.padEnd(LABEL_WIDTH))}`;

function formatData(paint: Paint, data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return data === undefined ? '' : `${formatLabel(paint, 'data')}${formatValue(paint, data)}\n`;
  }
  const lines = Object.entries(data).map(
    ([name, member], n) =>
      `${formatLabel(paint, n === 0 ? 'data' : '')}${escapeControlCharacters(name)}: ${formatValue(paint, member)}\n`,
  );
  return lines.join('');
}

function formatValue(paint: Paint, member: unknown): string {
  const words = escapeControlCharacters(JSON.stringify(member) ?? 'null');
  if (typeof member === 'string') return paint('green', words);
  return paint(member === null ? 'dim' : 'yellow', words);
}

/** Local time of day; what is no time is shown as it came. */
function formatLocalTime(time = ''): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return escapeControlCharacters(time) || '--:--:--.---';
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
